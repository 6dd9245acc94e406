import { flameSuite } from './flame';

flameSuite('newest');
