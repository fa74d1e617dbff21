import { askEarly } from './ask.js';

// A script of its own, which does not wait for React.
askEarly();
