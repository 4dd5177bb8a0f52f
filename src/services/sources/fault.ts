import { type SourceFault, type UpstreamFaultKind, upstreamFaults } from '../../model/source.js';

const isFaultKind = (kind: unknown): kind is UpstreamFaultKind =>
  typeof kind === 'string' && Object.hasOwn(upstreamFaults, kind);

/** The fault that an error of a source tells; undefined for any other error. Known by its kind: its class lies in a higher layer. */
export function faultOf(error: unknown, at: Date): SourceFault | undefined {
  if (!(error instanceof Error) || !('kind' in error) || !isFaultKind(error.kind)) return undefined;
  return { kind: error.kind, message: error.message, at };
}
