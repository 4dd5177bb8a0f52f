import type { SourceSystem } from '../model/source-system.js';
import { enumOf } from './enums.js';

export const SourceSystemEnum = enumOf<SourceSystem>('SourceSystem', 'Where an entry comes from.', {
  AWORLD: 'AWorld: sustainable actions of people.',
  THRIVE: 'Thrive: learning content and its completion.',
  FALKOR: 'Falkor: progress along learning pathways.',
  TIKMATRIX: 'TikMatrix: runs of automated devices.',
  POSTHOG: "PostHog: changes to a project's settings.",
  GATEWAY: "This gateway's own API.",
});
