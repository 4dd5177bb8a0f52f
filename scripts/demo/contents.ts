/** A piece of learning content as Thrive keeps it. */
export interface Content {
  readonly contextId: string;
  readonly contentType: string;
  readonly name: string;
  /** Of those that are defined as activities here; what is only read or watched is not. */
  readonly key?: string;
}

const content = (contextId: string, contentType: string, name: string, key?: string): Content => ({
  contextId,
  contentType,
  name,
  ...(key !== undefined && { key }),
});

export const contents: readonly Content[] = [
  content('64b6f4a8c2e4a1b9d3f2c4a0', 'elearning', 'Health & Safety Induction', 'health-and-safety'),
  content('64b6f4a8c2e4a1b9d3f2c4a1', 'elearning', 'Food Safety Basics', 'food-safety'),
  content('64b6f4a8c2e4a1b9d3f2c4a2', 'assessment', 'Data Protection Check', 'data-protection'),
  content('64b6f4a8c2e4a1b9d3f2c4a3', 'scorm', 'Phishing: Spot the Hook', 'phishing'),
  content('64b6f4a8c2e4a1b9d3f2c4a4', 'elearning', 'Giving Useful Feedback', 'giving-feedback'),
  content('64b6f4a8c2e4a1b9d3f2c4a5', 'quiz', 'Know Your Products: Spring', 'spring-products'),
  content('64b6f4a8c2e4a1b9d3f2c4a6', 'elearning', 'First Aid at Work', 'first-aid'),
  content('64b6f4a8c2e4a1b9d3f2c4a7', 'pathway', 'New Manager Programme', 'new-manager'),
  content('64b6f4a8c2e4a1b9d3f2c4a8', 'quiz', 'Carbon Footprint Quiz', 'carbon-footprint'),
  content('64b6f4a8c2e4a1b9d3f2c4a9', 'cmi5', 'Difficult Conversations', 'difficult-conversations'),
  content('64b6f4a8c2e4a1b9d3f2c4b0', 'article', 'What Changes on the Shop Floor in June'),
  content('64b6f4a8c2e4a1b9d3f2c4b1', 'video', 'A Day in the Turin Warehouse'),
  content('64b6f4a8c2e4a1b9d3f2c4b2', 'article', 'Five Ways to Open a Conversation'),
  content('64b6f4a8c2e4a1b9d3f2c4b3', 'url', 'The Benefits Portal, Explained'),
  content('64b6f4a8c2e4a1b9d3f2c4b4', 'video', 'Meet the Sustainability Champions'),
  content('64b6f4a8c2e4a1b9d3f2c4b5', 'file', 'Returns Policy, One Page'),
  content('64b6f4a8c2e4a1b9d3f2c4b6', 'broadcast', 'Quarterly Update from Nomvula'),
  content('64b6f4a8c2e4a1b9d3f2c4b7', 'article', 'Why We Measure Packaging'),
];

export const searches: readonly string[] = [
  ...['parental leave', 'forklift', 'feedback', 'returns policy', 'first aid', 'excel pivot', 'shift swap'],
  ...['carbon footprint', 'welcome day', 'manager programme', 'café menu', 'data protection'],
];

export const comments: readonly string[] = [
  ...['Really useful, thank you!', 'We do this every Monday now.', 'Is there a version for part-timers?'],
  ...['The second example made it click.', 'Could we have subtitles in Italian?', 'Shared with my team.'],
];
