import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { residentEngines, rules, version } from './composition';
import { keepHeapSmall } from './host/heap';
import { TrustGate } from './host/trust';
import { serve } from './server';

keepHeapSmall();

// stdio, node-ipc, socket or pipe: whatever the client put on the command line.
const connection = createConnection(ProposedFeatures.all);
serve(connection, { version, engines: residentEngines, rules, trust: new TrustGate(false) });
connection.listen();
