import { adminProgram } from './admin/program.js';

try {
  await adminProgram().parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
