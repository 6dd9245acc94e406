import { flameSuite } from './flame';

flameSuite('minimum');
