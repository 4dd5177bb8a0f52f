import chromium from '@sparticuz/chromium';

// A process of its own: the package unpacks into TMPDIR and looks at the environment while it is loaded.
await chromium.executablePath();
