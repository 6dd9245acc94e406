import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { type FunctionNode, memberName, resolve } from '../syntax/nodes';

/**
 * Functions that a framework calls, known by their own shape: the types of their parameters, a decorator, the property
 * they are assigned to, the name of a scene's method.
 */

const request = 'request handler';
const message = 'runs for each message';
const frame = 'runs once per frame';

/** Types that only an entry point has a value of, by the package that exports them. */
const entryTypes: readonly [source: RegExp, names: RegExp, text: string][] = [
  [/^express(?:-serve-static-core)?$/, /^(?:Request|Response|RequestHandler)$/, request],
  [/^fastify$/, /^(?:FastifyRequest|FastifyReply|RouteHandlerMethod|RouteHandler)$/, request],
  [/^koa$/, /^(?:Context|ParameterizedContext|ExtendableContext|Middleware)$/, request],
  [/^hono(?:\/.*)?$/, /^(?:Context|MiddlewareHandler|Handler)$/, request],
  [/^(?:node:)?https?$/, /^(?:IncomingMessage|ServerResponse|RequestListener)$/, request],
  [/^(?:node:)?http2$/, /^(?:Http2ServerRequest|Http2ServerResponse|ServerHttp2Stream)$/, request],
  [/^next(?:\/.*)?$/, /^(?:NextApiRequest|NextApiResponse|NextApiHandler|NextRequest|GetServerSidePropsContext|GetServerSideProps)$/, request], // prettier-ignore
  [/^aws-lambda$/, /(?:Event|EventV2|EventBase|Handler|HandlerV2)$/, request],
  [/^@azure\/functions$/, /^(?:HttpRequest|HttpHandler)$/, request],
  [/^@grpc\/grpc-js$/, /^(?:ServerUnaryCall|ServerReadableStream|ServerWritableStream|ServerDuplexStream|handleUnaryCall)$/, request], // prettier-ignore
  [/^kafkajs$/, /^(?:EachMessagePayload|EachBatchPayload|EachMessageHandler|EachBatchHandler)$/, message],
  [/^amqplib(?:\/.*)?$/, /^(?:ConsumeMessage|Message)$/, message],
  [/^bull(?:mq)?$/, /^(?:Job|Processor)$/, message],
  [/^ws$/, /^(?:RawData|MessageEvent)$/, message],
  [/^@aws-sdk\/client-sqs$/, /^Message$/, message],
];

/** Types of routers that a plugin or a module gets as a parameter. */
const routerTypes = /^(?:Express|Application|Router|IRouter|FastifyInstance|Koa|Hono|Polka)$/;

/** Decorators by the package that exports them. */
const decorators: readonly [source: RegExp, names: RegExp, text: string][] = [
  [/^(?:@nestjs\/common|routing-controllers|tsoa|@tsoa\/runtime)$/, /^(?:Get|Post|Put|Delete|Patch|All|Head|Options|Sse)$/, request], // prettier-ignore
  [
    /^(?:@nestjs\/graphql|type-graphql)$/,
    /^(?:Query|Mutation|Subscription|ResolveField|FieldResolver)$/,
    request,
  ],
  [/^@nestjs\/microservices$/, /^(?:MessagePattern|EventPattern|GrpcMethod|GrpcStreamMethod)$/, message],
  [/^@nestjs\/websockets$/, /^SubscribeMessage$/, message],
  [/^@nestjs\/bull$/, /^Process$/, message],
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
const frameMethods = /^(?:update|fixedUpdate|lateUpdate|preUpdate|postUpdate|onUpdate|tick|onTick|animate|frame|onFrame|render|onBeforeRender|draw|step|simulate)$/; // prettier-ignore
const timeSinceFrame = /^_?(?:dt|delta|deltaTime|deltaMs|deltaSeconds|timeDelta|elapsed|elapsedTime|timeStep|timestep|frameTime)$/; // prettier-ignore

const names = (...patterns: readonly RegExp[]): string[] =>
  patterns.flatMap((pattern) => pattern.source.replace(/^\^(?:\(\?:)?|\)?\$$/g, '').split('|'));

/** Names that some entry point mentions: a file without any of them has none by its shape. As text of a regular expression. */
export const entryPointWords: readonly string[] = [
  ...new Set([
    ...entryTypes.filter(([source]) => !source.test('aws-lambda')).flatMap(([, type]) => names(type)),
    ...decorators.flatMap(([, decorator]) => names(decorator)),
    ...names(routerTypes, frameMethods),
    ...listeners.keys(),
    ...consumers.keys(),
  ]),
];

/** Names by which functions may be entry points, whatever else is true of them. */
export const entryPointNames: ReadonlySet<string> = new Set([...names(frameMethods), ...consumers.keys()]);

/** Whether functions that are assigned to a property of this name may be entry points. */
export const isListener = (name: string): boolean => listeners.has(name);

/** Whether a type's or decorator's name, wherever it comes from, may make an entry point of the function that has it. */
export const mayMark = (name: string): boolean =>
  [...entryTypes, ...decorators].some(([, pattern]) => pattern.test(name));

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
  return name !== undefined && routerTypes.test(name.last);
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
    const text = annotation && textOf(sourceCode, annotation, entryTypes);
    if (text) return text;
  }
  return undefined;
}

function textOf(
  sourceCode: TSESLint.SourceCode,
  annotation: TSESTree.TypeNode,
  table: readonly [source: RegExp, names: RegExp, text: string][],
): string | undefined {
  const name = typeName(annotation);
  if (!name || !table.some(([, pattern]) => pattern.test(name.last))) return undefined;
  const source = importOf(sourceCode, name.first);
  return source === undefined ? undefined : match(table, source, name.last);
}

function match(
  table: readonly [source: RegExp, names: RegExp, text: string][],
  source: string,
  name: string,
): string | undefined {
  return table.find(([from, pattern]) => from.test(source) && pattern.test(name))?.[2];
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
  for (const { expression } of owner.decorators) {
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
  if (!frameMethods.test(owner.key.name)) return undefined;
  return node.params.some(
    (parameter) => parameter.type === 'Identifier' && timeSinceFrame.test(parameter.name),
  )
    ? frame
    : undefined;
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
