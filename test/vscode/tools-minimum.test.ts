import { toolsSuite } from './tools';

toolsSuite('minimum');
