import { toolsSuite } from './tools';

toolsSuite('newest');
