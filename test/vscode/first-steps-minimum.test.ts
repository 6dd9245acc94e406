import { firstStepsSuite } from './first-steps';

firstStepsSuite('minimum');
