/** One step of a pathway, with the kind of fulfilment that it is completed by. */
export interface PathwayStep {
  readonly ID: string;
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly fulfilmentType: string;
  readonly required: boolean;
  readonly level: 1 | 2 | 3 | 4;
}

export interface DemoPathway {
  /** Whether a level opens only once those below it are done. */
  readonly levelsInOrder: boolean;
  readonly native: { readonly name: string; readonly type: 'pathway'; readonly ID: string };
  readonly steps: readonly PathwayStep[];
}

const step = (
  ID: string,
  key: string,
  name: string,
  type: string,
  fulfilmentType: string,
  level: PathwayStep['level'],
  required = true,
): PathwayStep => ({ ID, key, name, type, fulfilmentType, required, level });

export const demoPathways: readonly DemoPathway[] = [
  {
    levelsInOrder: true,
    native: { name: 'Become A Store Owner', type: 'pathway', ID: 'EV67-ZCNS-56AD' },
    steps: [
      step('EVPA-KWOI-80AI', 'store-safety-story', 'Store safety story', 'story', 'complete', 1),
      step('EVPA-WVZF-56QJ', 'weekly-sales-target', 'Weekly sales target', 'data', 'tracking', 2),
      step('EVPA-LRTB-12MX', 'cash-handling-class', 'Cash handling class', 'classroom', 'check-in', 2),
      step('EVPA-HNQD-73CU', 'store-owner-assessment', 'Store owner assessment', 'assessment', 'complete', 4),
    ],
  },
  {
    levelsInOrder: false,
    native: { name: 'Warm Welcome', type: 'pathway', ID: 'EV31-PLQX-90TB' },
    steps: [
      step('EVPA-ABEY-44RS', 'meet-the-founder', 'Meet the founder', 'story', 'complete', 1),
      step('EVPA-JMCK-29VO', 'first-shift-survey', 'First shift survey', 'survey', 'complete', 1, false),
      step('EVPA-TUIW-65GN', 'welcome-day', 'Welcome day', 'event', 'check-in', 2),
      step('EVPA-XSPF-08ZE', 'first-hundred-customers', 'First hundred customers', 'data', 'tracking', 3),
    ],
  },
  {
    levelsInOrder: true,
    native: { name: 'Green Warehouse', type: 'pathway', ID: 'EV88-MDRA-17KW' },
    steps: [
      step('EVPA-QOHL-51BC', 'why-we-recycle', 'Why we recycle', 'story', 'complete', 1),
      step('EVPA-DYTG-36NI', 'packaging-saved', 'Packaging saved', 'data', 'tracking', 2),
      step('EVPA-VEZU-92JP', 'forklift-eco-driving', 'Forklift eco-driving', 'classroom', 'check-in', 3),
      step('EVPA-CRSX-70FM', 'green-warehouse-test', 'Green warehouse test', 'assessment', 'complete', 4),
    ],
  },
];
