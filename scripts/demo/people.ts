import type { Id } from '../../src/base/ids.js';
import { emailIdentity, type IdentityKey, nativeIdentity } from '../../src/model/identity.js';
import { facadeConnection, type SourceSystem } from '../../src/model/source-system.js';
import type { CreateUserInput } from '../../src/model/user-input.js';
import { Chance } from './chance.js';
import { firstNames, type Home, homes, lastNames, plainName } from './names.js';

/**
 * The sources that the demo connects. Their ids are the same in every demo, so what was recorded before they are read is
 * theirs, and people are known by their ids there from the start.
 */
export const demoSourceIds: Readonly<Partial<Record<SourceSystem, Id>>> = {
  AWORLD: 'de3000000000000000000001',
  THRIVE: 'de3000000000000000000002',
  TIKMATRIX: 'de3000000000000000000003',
  FALKOR: 'de3000000000000000000004',
  POSTHOG: 'de3000000000000000000005',
};

/** The connection of everything that the demo writes in a system's name. */
export const connectionOf = (source: SourceSystem): string => demoSourceIds[source] ?? 'demo';

/** One of the demo's people, and what each system calls them. */
export interface Person extends Home {
  readonly firstName: string;
  readonly lastName: string;
  readonly name: string;
  readonly email: string;
  readonly username: string;
  readonly groups: readonly string[];
  readonly aworldId: string;
  readonly thriveId: string;
  readonly posthog: { readonly id: number; readonly uuid: string; readonly distinctId: string };
}

export const peopleCount = 200;
/** Whom the demo's API key belongs to. */
export const demoUserEmail = 'dana@example.com';

const groups = ['Store teams', 'Head office', 'Warehouse', 'Managers', 'New joiners', 'Sustainability champions'];
const seed = 20_240_208;

/** The same 200 people every time. The first is Dana, whom the demo's API key belongs to. */
export function makePeople(): readonly Person[] {
  const chance = new Chance(seed);
  const emails = new Set<string>();
  const people: Person[] = [makePerson(chance, 0, 'Dana', 'Demo', demoUserEmail)];
  while (people.length < peopleCount) {
    const firstName = chance.pick(firstNames);
    const lastName = chance.pick(lastNames);
    const email = `${plainName(firstName)}.${plainName(lastName)}@example.com`;
    if (emails.has(email)) continue;
    emails.add(email);
    people.push(makePerson(chance, people.length, firstName, lastName, email));
  }
  return people;
}

function makePerson(chance: Chance, index: number, firstName: string, lastName: string, email: string): Person {
  return {
    firstName,
    lastName,
    name: `${firstName} ${lastName}`,
    email,
    username: email.slice(0, email.indexOf('@')),
    groups: [...new Set([chance.pick(groups), chance.pick(groups)])],
    ...chance.pick(homes),
    aworldId: chance.nanoid(),
    thriveId: chance.hex(24),
    posthog: { id: 1001 + index, uuid: chance.uuid(), distinctId: chance.nanoid(43) },
  };
}

export const identityIn = (source: SourceSystem, nativeId: string): IdentityKey =>
  nativeIdentity(source, connectionOf(source), nativeId);

/** How a person is entered. Each name that a system has for them is an identity, so that entries find them. */
export const userInput = (person: Person): CreateUserInput => ({
  name: person.name,
  email: person.email,
  username: person.username,
  identities: [
    emailIdentity(person.email),
    identityIn('AWORLD', person.aworldId),
    // What is posted to the façade by hand names people by the same id.
    nativeIdentity('AWORLD', facadeConnection, person.aworldId),
    identityIn('THRIVE', person.thriveId),
    identityIn('FALKOR', `email:${person.email}`),
    identityIn('POSTHOG', String(person.posthog.id)),
  ],
});
