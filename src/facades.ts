import type { FastifyInstance } from 'fastify';
import { type AWorldFacadeDeps, registerAWorldFacade } from './sources/aworld/facade.js';
import { type FalkorFacadeDeps, registerFalkorFacade } from './sources/falkor/facade.js';
import { type PosthogFacadeDeps, registerPosthogFacade } from './sources/posthog/facade.js';
import { registerThriveFacade, type ThriveFacadeDeps } from './sources/thrive/facade.js';
import { registerTikMatrixFacade, type TikMatrixFacadeDeps } from './sources/tikmatrix/facade.js';

type FacadeParts = AWorldFacadeDeps & ThriveFacadeDeps & FalkorFacadeDeps & TikMatrixFacadeDeps & PosthogFacadeDeps;

/** The APIs of the systems that have one; each takes of the parts what it asks for. */
export async function registerFacades(app: FastifyInstance, parts: FacadeParts): Promise<void> {
  await registerAWorldFacade(app, parts);
  await registerThriveFacade(app, parts);
  await registerFalkorFacade(app, parts);
  await registerTikMatrixFacade(app, parts);
  await registerPosthogFacade(app, parts);
}
