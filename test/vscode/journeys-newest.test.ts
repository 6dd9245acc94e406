import { journeySuite } from './journeys';

journeySuite('newest');
