import { visibleSuite } from './visible';

visibleSuite('newest');
