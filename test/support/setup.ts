import 'reflect-metadata';
import { afterAll } from 'vitest';
import { closeLeftovers, fileBegins } from './leftovers.js';

fileBegins();
// The first to be registered is the last to run: by then each file has closed what it opened.
afterAll(closeLeftovers);
