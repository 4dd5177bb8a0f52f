/** The systems as people call them, in the order of the filter. Their colours are in theme.css. */
export const sourceNames: Readonly<Record<string, string>> = {
  AWORLD: 'AWorld',
  THRIVE: 'Thrive',
  FALKOR: 'Falkor',
  TIKMATRIX: 'TikMatrix',
  POSTHOG: 'PostHog',
  GATEWAY: 'Gateway',
};

export const sourceName = (source: string): string => sourceNames[source] ?? source;
