import type { FastifyInstance } from 'fastify';

/** Every path of a router, with its parameters as `:name`. Fastify draws them as a tree: what is below a path begins with it. */
export function pathsOf(app: FastifyInstance): string[] {
  const above: string[] = [];
  const lines = app.printRoutes({ commonPrefix: false }).split('\n');
  const paths = lines.flatMap((line) => {
    const [, indent, part] = /^((?:[│ ] {3})*)[├└]── (\S+)/.exec(line) ?? [];
    if (part === undefined) return [];
    above.length = indent!.length / 4;
    above.push(part);
    return [above.join('')];
  });
  // Where CORS answers a preflight for whatever path.
  return paths.filter((path) => path !== '*');
}
