import { main } from './launcher/main.js';

await main(process.argv.slice(2));
