import { editorSuite } from './suite';

editorSuite('newest');
