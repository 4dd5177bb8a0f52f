/** Where an entry comes from. GATEWAY is our own API. */
export const sourceSystems = ['AWORLD', 'THRIVE', 'FALKOR', 'TIKMATRIX', 'POSTHOG', 'GATEWAY'] as const;
export type SourceSystem = (typeof sourceSystems)[number];

/** The connection of everything that was posted to a façade. */
export const facadeConnection = 'facade';
/** Connections that no input can name: what the gateway itself writes into the log. */
export const removalConnection = '#removal';
export const controlConnection = '#control';
