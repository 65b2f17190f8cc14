// Run before each test file of a mutation run: the property tests draw the same cases every time, so that a run is repeatable.
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_26 });
