import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/base/config.js';
import { demoKeys, pageAuthorization } from '../../src/demo.js';

const secrets = { tokenSecret: 't'.repeat(43), sourceSecretKey: 's'.repeat(43), demoSeed: 'd'.repeat(43) };

describe('the keys of a demo', () => {
  it('are the published ones on a loopback address, and filled in for GraphiQL', () => {
    const config = readConfig({});
    const keys = demoKeys(config, secrets);
    expect(keys.apiKey).toBe('demo-key');
    expect(pageAuthorization(config, keys)).toBe('Bearer demo-key');
  });

  it.each(['0.0.0.0', '192.168.1.5'])('are random on %s, and given to nobody who only opens the page', (HOST) => {
    const config = readConfig({ HOST, DEMO: '1' });
    const keys = demoKeys(config, secrets);
    expect(keys.apiKey).toMatch(/^agw_[\w-]{32}$/);
    expect(new Set(Object.values(keys)).size).toBe(3);
    expect(pageAuthorization(config, keys)).toBeUndefined();
  });
});
