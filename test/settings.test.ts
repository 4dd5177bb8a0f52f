import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settingNames } from '../src/base/config.js';

const fileText = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');

/** The first column of README's table of settings; a row may name several, with their defaults in the same order. */
const readmeRows = [...fileText('README.md').matchAll(/^\|\s*((?:`[A-Z_]+`(?:,\s*)?)+)\s*\|([^|]*)\|/gm)]
  .filter(([, , second]) => !/^\s*\d{3}\s*$/.test(second!))
  .map(([, names, defaults]) => ({
    names: [...names!.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
    defaults: [...defaults!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!),
  }));

const exampleLines = new Map([...fileText('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, k, v]) => [k!, v!]));

const defaults = Object.fromEntries(
  Object.entries(readConfig({})).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  ),
);

/** The mistakes that settings have, each a line. */
function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).mistakes;
  }
}

describe('settings', () => {
  it('are listed in the README, each and no other', () => {
    expect(readmeRows.flatMap((row) => row.names).sort()).toEqual([...settingNames].sort());
  });

  it('stand in .env.example, each and no other', () => {
    expect([...exampleLines.keys()].sort()).toEqual([...settingNames].sort());
  });

  it('have the defaults that .env.example and the README tell', () => {
    const told = [...exampleLines].filter(([, value]) => value !== '');
    expect(Object.fromEntries(told)).toEqual(defaults);
    const inReadme = readmeRows.flatMap(({ names, defaults: texts }) =>
      names.length === texts.length ? names.map((name, index) => [name, texts[index]!] as const) : [],
    );
    expect(Object.fromEntries(inReadme)).toEqual(defaults);
  });

  it('that are empty or blank count as not set', () => {
    expect(readConfig({ PORT: ' ', HOST: '', DATA_DIR: ' ', TOKEN_SECRET: ' ' })).toEqual(readConfig({}));
  });

  it('that cannot be used are told all at once, a line each, without repeating what was given', () => {
    const secret = 'hunter2';
    const mistakes = mistakesOf({ PORT: 'abc', LOG_LEVEL: 'loud', ALLOWED_ORIGINS: 'foo', TOKEN_SECRET: secret });
    expect(mistakes.map((line) => line.split(':', 1)[0]).sort()).toEqual([
      'ALLOWED_ORIGINS',
      'LOG_LEVEL',
      'PORT',
      'TOKEN_SECRET',
    ]);
    expect(mistakes.join('\n')).not.toContain(secret);
  });

  it('refuse a demo in production and a demo on an address that others reach', () => {
    expect(mistakesOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^MONGODB_URL: /)]);
    expect(mistakesOf({ HOST: '0.0.0.0' })).toEqual([expect.stringMatching(/^HOST: /)]);
    expect(mistakesOf({ HOST: '0.0.0.0', DEMO: '1' })).toEqual([]);
  });
});
