import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CurlAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any; // Undefined where there is no body.
}

/** Runs a documentation's own line by the shell, and answers what curl printed. */
export async function curl(line: string): Promise<CurlAnswer> {
  const asked = line.replace('curl ', 'curl --silent --show-error --write-out "\\n%{http_code}" ');
  const child = spawn('sh', ['-c', asked], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const end = out.lastIndexOf('\n');
  if (end < 0 || errors !== '') throw new Error(`${line}: ${errors || out}`);
  const body = out.slice(0, end);
  return { status: Number(out.slice(end + 1)), json: body === '' ? undefined : JSON.parse(body) };
}
