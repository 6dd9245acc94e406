import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { type FunctionNode, memberName, resolve } from '../syntax/nodes';

/**
 * Functions that a framework calls, known by their own shape: the types of their parameters, a decorator, the property
 * they are assigned to, the name of a scene's method.
 */

const request = 'request handler';
const message = 'runs for each message';
export const perFrame = 'runs once per frame';

/** Names that a package exports, and how often a function runs that has one of them. */
interface Marks {
  readonly source: RegExp;
  readonly names: ReadonlySet<string>;
  readonly text: string;
}

const marks = (source: RegExp, text: string, names: string): Marks => ({
  source,
  names: new Set(names.split(' ')),
  text,
});

/** Types that only an entry point has a value of. */
const entryTypes: readonly Marks[] = [
  marks(/^express(?:-serve-static-core)?$/, request, 'Request Response RequestHandler'),
  marks(/^fastify$/, request, 'FastifyRequest FastifyReply RouteHandlerMethod RouteHandler'),
  marks(/^koa$/, request, 'Context ParameterizedContext ExtendableContext Middleware'),
  marks(/^hono(?:\/.*)?$/, request, 'Context MiddlewareHandler Handler'),
  marks(/^(?:node:)?https?$/, request, 'IncomingMessage ServerResponse RequestListener'),
  marks(/^(?:node:)?http2$/, request, 'Http2ServerRequest Http2ServerResponse ServerHttp2Stream'),
  marks(/^next(?:\/.*)?$/, request, 'NextApiRequest NextApiResponse NextApiHandler NextRequest GetServerSidePropsContext GetServerSideProps'), // prettier-ignore
  marks(/^@azure\/functions$/, request, 'HttpRequest HttpHandler'),
  marks(/^@grpc\/grpc-js$/, request, 'ServerUnaryCall ServerReadableStream ServerWritableStream ServerDuplexStream handleUnaryCall'), // prettier-ignore
  marks(/^kafkajs$/, message, 'EachMessagePayload EachBatchPayload EachMessageHandler EachBatchHandler'),
  marks(/^amqplib(?:\/.*)?$/, message, 'ConsumeMessage Message'),
  marks(/^bull(?:mq)?$/, message, 'Job Processor'),
  marks(/^ws$/, message, 'RawData MessageEvent'),
  marks(/^@aws-sdk\/client-sqs$/, message, 'Message'),
];

/** Of its hundred types those of events and handlers: `SQSEvent`, `APIGatewayProxyHandlerV2`. */
const lambda = { source: 'aws-lambda', names: /(?:Event|EventV2|EventBase|Handler|HandlerV2)$/ };

/** Types of routers that a plugin or a module gets as a parameter. */
const routerTypes = new Set(['Express', 'Application', 'Router', 'IRouter', 'FastifyInstance', 'Koa', 'Hono', 'Polka']); // prettier-ignore

const decorators: readonly Marks[] = [
  marks(/^(?:@nestjs\/common|routing-controllers|tsoa|@tsoa\/runtime)$/, request, 'Get Post Put Delete Patch All Head Options Sse'), // prettier-ignore
  marks(
    /^(?:@nestjs\/graphql|type-graphql)$/,
    request,
    'Query Mutation Subscription ResolveField FieldResolver',
  ),
  marks(/^@nestjs\/microservices$/, message, 'MessagePattern EventPattern GrpcMethod GrpcStreamMethod'),
  marks(/^@nestjs\/websockets$/, message, 'SubscribeMessage'),
  marks(/^@nestjs\/bull$/, message, 'Process'),
];

/** Properties that an event's listener is assigned to. */
const listeners: ReadonlyMap<string, string> = new Map([
  ['onmessage', message],
  ['onpointermove', 'runs for each movement'],
  ['onmousemove', 'runs for each movement'],
  ['ontouchmove', 'runs for each movement'],
  ['onscroll', 'runs for each movement'],
  ['onwheel', 'runs for each movement'],
  ['onaudioprocess', 'runs for each block of audio'],
]);

/** Properties of an object that a consumer is made with. */
const consumers: ReadonlyMap<string, string> = new Map([
  ['eachMessage', message],
  ['eachBatch', message],
]);

/** A scene's or system's method that an engine calls with the time since the last frame. */
const frameMethods = new Set(['update', 'fixedUpdate', 'lateUpdate', 'preUpdate', 'postUpdate', 'onUpdate', 'tick', 'onTick', 'animate', 'frame', 'onFrame', 'render', 'onBeforeRender', 'draw', 'step', 'simulate']); // prettier-ignore
const timeSinceFrame = /^_?(?:dt|delta|deltaTime|deltaMs|deltaSeconds|timeDelta|elapsed|elapsedTime|timeStep|timestep|frameTime)$/; // prettier-ignore

/** Names that some entry point mentions: a file without any of them has none by its shape. */
export const entryPointWords: ReadonlySet<string> = new Set([
  ...[...entryTypes, ...decorators].flatMap(({ names }) => [...names]),
  lambda.source,
  ...routerTypes,
  ...frameMethods,
  ...listeners.keys(),
  ...consumers.keys(),
]);

/** Names by which functions may be entry points, whatever else is true of them. */
export const entryPointNames: ReadonlySet<string> = new Set([...frameMethods, ...consumers.keys()]);

/** Whether functions that are assigned to a property of this name may be entry points. */
export const isListener = (name: string): boolean => listeners.has(name);

/** Whether a type's or decorator's name, wherever it comes from, may make an entry point of the function that has it. */
export const mayMark = (name: string): boolean =>
  lambda.names.test(name) || [...entryTypes, ...decorators].some(({ names }) => names.has(name));

/** How often a framework calls the function, by its shape; undefined when nothing says that one does. */
export function entryPoint(sourceCode: TSESLint.SourceCode, node: FunctionNode): string | undefined {
  return (
    byDecorator(sourceCode, node) ??
    byAssignment(node) ??
    byFrameMethod(node) ??
    byTypes(sourceCode, node) ??
    byProperty(node)
  );
}

/** Whether a parameter or variable is declared as a router of one of the frameworks. */
export function isRouterType(annotation: TSESTree.TypeNode | undefined): boolean {
  const name = annotation && typeName(annotation);
  return name !== undefined && routerTypes.has(name.last);
}

function byTypes(sourceCode: TSESLint.SourceCode, node: FunctionNode): string | undefined {
  const [first] = node.params;
  // Express knows an error handler by its four parameters.
  if (node.params.length === 4 && first?.type === 'Identifier' && first.name.startsWith('err'))
    return undefined;
  const { parent } = node;
  const declared = parent.type === 'VariableDeclarator' && parent.init === node ? [parent.id] : [];
  for (const pattern of [...node.params, ...declared]) {
    const annotation = 'typeAnnotation' in pattern ? pattern.typeAnnotation?.typeAnnotation : undefined;
    const text = annotation && textOf(sourceCode, annotation);
    if (text) return text;
  }
  return undefined;
}

function textOf(sourceCode: TSESLint.SourceCode, annotation: TSESTree.TypeNode): string | undefined {
  const name = typeName(annotation);
  if (!name || !mayMark(name.last)) return undefined;
  const source = importOf(sourceCode, name.first);
  if (source === lambda.source && lambda.names.test(name.last)) return request;
  return source === undefined ? undefined : match(entryTypes, source, name.last);
}

function match(table: readonly Marks[], source: string, name: string): string | undefined {
  return table.find(({ source: from, names }) => from.test(source) && names.has(name))?.text;
}

/** `Request` of `Request<P>`, `express.Request` in two parts. */
function typeName(type: TSESTree.TypeNode): { first: TSESTree.Identifier; last: string } | undefined {
  if (type.type !== 'TSTypeReference') return undefined;
  const { typeName: name } = type;
  if (name.type === 'Identifier') return { first: name, last: name.name };
  return name.type === 'TSQualifiedName' && name.left.type === 'Identifier'
    ? { first: name.left, last: name.right.name }
    : undefined;
}

/** The module that a name is imported from. */
function importOf(sourceCode: TSESLint.SourceCode, name: TSESTree.Identifier): string | undefined {
  const definition = resolve(sourceCode, name)?.defs[0];
  return definition?.parent?.type === 'ImportDeclaration' ? definition.parent.source.value : undefined;
}

function byDecorator(sourceCode: TSESLint.SourceCode, node: FunctionNode): string | undefined {
  const owner = node.parent;
  if (owner.type !== 'MethodDefinition') return undefined;
  // ESLint's own parser knows no decorators, and has no list of them.
  for (const { expression } of (owner.decorators as TSESTree.Decorator[] | undefined) ?? []) {
    const called = expression.type === 'CallExpression' ? expression.callee : expression;
    if (called.type !== 'Identifier') continue;
    const source = importOf(sourceCode, called);
    const text = source === undefined ? undefined : match(decorators, source, called.name);
    if (text) return text;
  }
  return undefined;
}

/** `socket.onmessage = (event) => …` */
function byAssignment(node: FunctionNode): string | undefined {
  const { parent } = node;
  if (parent.type !== 'AssignmentExpression' || parent.right !== node) return undefined;
  const name = parent.left.type === 'MemberExpression' ? memberName(parent.left) : undefined;
  return name === undefined ? undefined : listeners.get(name);
}

/** `update(dt)` of a class or an object. */
function byFrameMethod(node: FunctionNode): string | undefined {
  const owner = node.parent;
  if ((owner.type !== 'MethodDefinition' && owner.type !== 'Property') || owner.key.type !== 'Identifier')
    return undefined;
  if (!frameMethods.has(owner.key.name)) return undefined;
  const timed = node.params.some(
    (parameter) => parameter.type === 'Identifier' && timeSinceFrame.test(parameter.name),
  );
  return timed || drawsItself(node, owner) ? perFrame : undefined;
}

/** `render(): void` of a class that is no component: it draws, and gives nothing to whoever calls it. */
function drawsItself(node: FunctionNode, owner: TSESTree.Node): boolean {
  if (owner.type !== 'MethodDefinition' || owner.key.type !== 'Identifier') return false;
  if (!/^(?:render|draw|animate|frame|tick)$/.test(owner.key.name) || owner.static || node.async)
    return false;
  return node.returnType?.typeAnnotation.type === 'TSVoidKeyword' && !owner.parent.parent.superClass;
}

/** `consumer.run({ eachMessage: async (payload) => … })` */
function byProperty(node: FunctionNode): string | undefined {
  const owner = node.parent;
  return owner.type === 'Property' &&
    owner.key.type === 'Identifier' &&
    owner.parent.type === 'ObjectExpression'
    ? consumers.get(owner.key.name)
    : undefined;
}
