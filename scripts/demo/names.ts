/** Names of people from many places, in the spelling that they would use themselves. */
export const firstNames: readonly string[] = [
  ...['Amina', 'Liam', 'Sofía', 'Kwame', 'Yuki', 'Priya', 'Mateo', 'Zanele', 'Oskar', 'Fatima'],
  ...['Noah', 'Ingrid', 'Thabo', 'Mei', 'Luca', 'Aisha', 'Jakub', 'Chloé', 'Diego', 'Nomvula'],
  ...['Emma', 'Hiroshi', 'Lerato', 'Björn', 'Ananya', 'Pablo', 'Zoë', 'Kofi', 'Hana', 'Rafael'],
  ...['Sipho', 'Giulia', 'Arjun', 'Freya', 'Omar', 'Camille', 'Tendai', 'Marta', 'Ravi', 'Elif'],
  ...['Gustav', 'Naledi', 'Jonas', 'Leila', 'Bruno', 'Ayanda', 'Petra', 'Samir', 'Maya', 'Tomás'],
];

export const lastNames: readonly string[] = [
  ...['Okafor', 'Rossi', 'García', 'Ndlovu', 'Tanaka', 'Sharma', 'Novák', 'Dlamini', 'Lindqvist', 'Haddad'],
  ...['Murphy', 'Chen', 'Fernández', 'van der Merwe', 'Moretti', 'Kowalski', 'Mensah', 'Dubois', 'Khumalo', 'Sato'],
  ...['Bianchi', 'Patel', 'Schmidt', 'Mokoena', 'Silva', 'Yılmaz', 'Andersson', 'Botha', 'Kim', 'Ferrari'],
  ...['Nguyen', 'Naidoo', 'Conti', 'Jansen', 'Mahlangu', 'Weber', 'Costa', 'Adeyemi', 'Marino', 'Sørensen'],
];

export interface Home {
  readonly country: string;
  readonly city: string;
}

export const homes: readonly Home[] = [
  { country: 'South Africa', city: 'Cape Town' },
  { country: 'South Africa', city: 'Johannesburg' },
  { country: 'South Africa', city: 'Durban' },
  { country: 'Italy', city: 'Turin' },
  { country: 'Italy', city: 'Milan' },
  { country: 'United Kingdom', city: 'Nottingham' },
  { country: 'United Kingdom', city: 'London' },
  { country: 'Spain', city: 'Valencia' },
  { country: 'Germany', city: 'Leipzig' },
  { country: 'Kenya', city: 'Nairobi' },
];

/** Letters that are no letter with an accent, and so do not lose one. */
const plainLetters: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', ı: 'i', ß: 'ss' };

/** A name as it stands in an email address. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[øłıß]/g, (letter) => plainLetters[letter]!)
    .replace(/[^a-z]/g, '');
