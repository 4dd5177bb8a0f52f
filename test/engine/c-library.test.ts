import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fetchPackages } from '../../src/store/engine/apt.js';
import { isNewEnough } from '../../src/store/engine/c-library.js';

it('compares versions of glibc by number', () => {
  expect(['2.4', '2.31', '2.37', '2.38', '2.41', '2.100', '3.0'].filter(isNewEnough)).toEqual([
    '2.38',
    '2.41',
    '2.100',
    '3.0',
  ]);
});

it('takes nothing from a mirror that Debian has not signed', async () => {
  const asked: string[] = [];
  const release = 'Origin: Debian\nSuite: trixie\nCodename: trixie\nArchitectures: amd64\nComponents: main\n';
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (/\/(In)?Release$/.test(request.url ?? '')) response.end(release);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const work = await mkdtemp(join(tmpdir(), 'apt-test-'));
  try {
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
    const fetching = fetchPackages({
      work,
      architecture: 'amd64',
      packages: ['libc6'],
      mirrors: [mirror],
      progress: () => {},
    });
    await expect(fetching).rejects.toThrow(/not signed|Clearsigned/);
    expect(asked).toContain('/debian/dists/trixie/InRelease');
    expect(await readdir(join(work, 'debs'))).toEqual([]);
  } finally {
    server.close();
    await rm(work, { recursive: true, force: true });
  }
});
