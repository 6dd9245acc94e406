import { firstStepsSuite } from './first-steps';

firstStepsSuite('newest');
