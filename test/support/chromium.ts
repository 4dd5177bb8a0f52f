import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface UnpackedChromium {
  readonly executablePath: string;
  /** What it must find in its environment: its own NSS and fonts, so that the system needs none. */
  readonly env: Record<string, string>;
}

/**
 * Unpacks the Chromium of `@sparticuz/chromium` under `node_modules/.cache`, once per version (about two seconds).
 * Runs at the same time each unpack into a folder of their own; the first to finish gives it its name.
 */
export async function unpackChromium(): Promise<UnpackedChromium> {
  const manifest = await readFile(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(root, 'node_modules/.cache', `chromium-${version}`);
  if (!existsSync(folder)) await unpackInto(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts', 'fonts.conf'),
      HOME: folder,
    },
  };
}

/** The package's own file names folders under /tmp; where no font is found at all, Chromium aborts. */
const fontsBesideThisFile = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

async function unpackInto(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./unpack-chromium.js', import.meta.url))], {
      // This name of a runtime makes the package unpack its libraries too.
      env: { ...process.env, TMPDIR: work, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await writeFile(join(work, 'fonts/fonts.conf'), fontsBesideThisFile);
    await rename(work, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
