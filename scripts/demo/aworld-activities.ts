/** What can be done in AWorld: its 21-character id, and how an entry of it looks. */
export interface AworldActivity {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** What `value` counts, and its range; absent where one performance is one. */
  readonly measure?: { readonly unit: string; readonly low: number; readonly high: number };
  readonly notes: readonly string[];
  /** How often it is done, against the others. */
  readonly weight: number;
}

const aworld = (
  id: string,
  key: string,
  name: string,
  description: string,
  weight: number,
  tags: readonly string[],
  notes: readonly string[],
  measure?: AworldActivity['measure'],
): AworldActivity => ({ id, key, name, description, weight, tags, notes, ...(measure && { measure }) });

const km = (low: number, high: number) => ({ unit: 'km', low, high });

export const aworldActivities: readonly AworldActivity[] = [
  aworld(
    'FUMzPf00hz_kcj2R2Hlzq',
    'bike-to-work',
    'Bike to work',
    'Ride a bicycle to work instead of driving.',
    9,
    ['mobility', 'bike'],
    ['Rode in along the river', 'Took the bike, sunny all the way', 'Cycled in with the team', 'Wet but happy'],
    km(2, 18),
  ),
  aworld(
    'q7Wn2LxTbR0sVd9KfYh3c',
    'walk-to-work',
    'Walk to work',
    'Walk all the way to work.',
    6,
    ['mobility', 'walk'],
    ['Walked in through the park', 'Walked the last two stops', 'Morning walk to the office'],
    km(1, 5),
  ),
  aworld(
    'Zr4_mB8uQe1JtHs6PwXa0',
    'public-transport',
    'Take public transport',
    'Leave the car at home and take the bus or the train.',
    8,
    ['mobility', 'transit'],
    ['Train instead of the car', 'Bus both ways', 'Tram to the warehouse'],
    km(3, 40),
  ),
  aworld(
    'vK3hYc9NdT5_gLo2RsEi7',
    'carpool',
    'Share a ride',
    'Drive with at least one colleague.',
    4,
    ['mobility'],
    ['Three of us in one car', 'Shared the ride to the depot'],
    km(4, 35),
  ),
  aworld(
    'B1xqM6wUzJ0nFa8SkCp4t',
    'plant-based-lunch',
    'Plant-based lunch',
    'Have a lunch without meat or fish.',
    7,
    ['food'],
    ['Lentil curry in the canteen', 'Chickpea salad from home', 'Veggie day with the team'],
  ),
  aworld(
    'eT8gRz2bVh7_yDl5KoNs9',
    'refill-bottle',
    'Refill your bottle',
    'Refill a bottle instead of buying one.',
    8,
    ['waste'],
    ['No plastic today', 'Refilled at the new fountain'],
  ),
  aworld(
    'Jp0wXk5uCf3aQm9LrBt6i',
    'sort-waste',
    'Sort your waste',
    'Put every item into the right bin for a whole day.',
    5,
    ['waste', 'recycling'],
    ['All bins sorted in the kitchen', 'Sorted the packaging of the whole delivery'],
  ),
  aworld(
    'hS6vNd1_oEy4TzGw8RcU2',
    'repair-cafe',
    'Repair something',
    'Repair a thing instead of replacing it.',
    2,
    ['waste', 'reuse'],
    ['Mended the office kettle', 'New zip for an old jacket'],
  ),
  aworld(
    'aL9mKq3fWb7iXs0PjVt5n',
    'switch-off-lights',
    'Last one out: lights off',
    'Switch off lights and screens at the end of the day.',
    5,
    ['energy'],
    ['All off on floor 3', 'Meeting rooms checked and off'],
  ),
  aworld(
    'Xc2rUe8yGh4_DoZl6NwB1',
    'short-shower',
    'Five-minute shower',
    'Keep a shower under five minutes.',
    4,
    ['water'],
    ['Four minutes, one song'],
    { unit: 'litres', low: 15, high: 60 },
  ),
  aworld(
    'tM5kVa0sFq9JpRi3HdYx7',
    'meatless-week',
    'A week without meat',
    'Seven days in a row without meat.',
    1,
    ['food', 'mission'],
    ['Seven days done', 'Did it with the whole family'],
  ),
  aworld(
    'wG1oTb6nLz_E4cUu8SfK2',
    'volunteer-hour',
    'Volunteer for an hour',
    'Give an hour or more to a local cause.',
    2,
    ['community'],
    ['Helped at the food bank', 'Planted trees at the school', 'Beach clean-up'],
    { unit: 'hours', low: 1, high: 4 },
  ),
  aworld(
    'Rd7yXi3mQh0vPj9WkAs5e',
    'plant-a-tree',
    'Plant a tree',
    'Plant a tree, or have one planted.',
    1,
    ['community', 'nature'],
    ['A young oak behind the warehouse', 'Two lemon trees'],
  ),
  aworld(
    'zN4_fCt8LgB2oUe6VrKw1',
    'take-the-stairs',
    'Take the stairs',
    'Take the stairs for a whole day.',
    6,
    ['health'],
    ['Up to the fifth floor, twice'],
    { unit: 'floors', low: 2, high: 24 },
  ),
  aworld(
    'iY0sHa5kDx9JqMp3TzRl7',
    'screen-free-hour',
    'An hour without screens',
    'Spend an hour of the evening without any screen.',
    3,
    ['wellbeing'],
    ['Read a book instead', 'Board games with the kids'],
  ),
  aworld(
    'Wb6uFv1nEg8_cSo4LtXi2',
    'climate-quiz-night',
    'Climate quiz night',
    'Take part in the monthly quiz of the champions.',
    1,
    ['mission', 'learning'],
    ['Team Turbine came second', 'Ten out of twelve'],
    { unit: 'points', low: 3, high: 12 },
  ),
];
