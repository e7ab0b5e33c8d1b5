import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../model/package-root.ts'
import { ASK_HEADERS, EVENTS_HEADERS, EVENTS_QUERY, LIST_QUERY, LOG_QUERY, RELEASE_PATH, WAIT_QUERY } from './forms.ts'
import {
  jsonAnswer,
  plainAnswer,
  html,
  answer,
  app,
  parameters,
  route,
  ASKED,
  SENT,
  type DocumentPart,
} from './open-api-parts.ts'
import { SCHEMAS } from './open-api-schemas.ts'

const id = parameters('path', RELEASE_PATH.schema)
const key = parameters('header', ASK_HEADERS.schema)

const EVENT_OF_A_HOST = {
  type: 'object',
  description: 'What is read of the events that may release; any other is answered with why nothing is done.',
  anyOf: ['GithubPush', 'GithubWorkflowRun', 'GitlabPush', 'GitlabPipeline'].map((name) => ({
    $ref: `#/components/schemas/${name}`,
  })),
}

const PATHS = {
  '/healthz': {
    get: route('isAlive', {
      summary: 'Whether the process answers',
      answers: { 200: answer('it does', plainAnswer) },
      refused: [],
      isOpen: true,
    }),
  },
  '/readyz': {
    get: route('isReady', {
      summary: 'Whether it can release',
      answers: { 200: answer('it can', plainAnswer), 503: answer('why it cannot', plainAnswer) },
      refused: [],
      isOpen: true,
    }),
  },
  '/metrics': {
    get: route('metrics', {
      summary: 'What Prometheus collects',
      answers: { 200: answer('the metrics', plainAnswer) },
      refused: [401, 403, 429],
    }),
  },
  '/openapi.json': {
    get: route('document', {
      summary: 'This document',
      answers: { 200: answer('OpenAPI 3.1', { 'application/json': { schema: { type: 'object' } } }) },
      refused: [],
      isOpen: true,
    }),
  },
  '/v1/ping': {
    get: route('ping', {
      summary: 'Whether a token is good',
      answers: { 200: answer('it is', jsonAnswer('Pong')) },
      refused: [401, 403, 429],
    }),
  },
  '/v1/apps': {
    get: route('apps', {
      summary: 'The apps, and what is live',
      answers: { 200: answer('the apps', jsonAnswer('Apps')) },
      refused: [401, 403, 429, 503],
    }),
  },
  '/v1/apps/{app}/ping': {
    get: route('pingApp', {
      summary: 'Whether a token is good for an app',
      parameters: [app],
      answers: { 200: answer('it is', jsonAnswer('Pong')) },
    }),
  },
  '/v1/apps/{app}/releases': {
    get: route('releases', {
      summary: 'What was asked for, the newest first',
      parameters: [app, ...parameters('query', LIST_QUERY.schema)],
      answers: { 200: answer('a page of them', jsonAnswer('Releases')) },
    }),
    post: route('release', {
      summary: 'Release a commit',
      parameters: [app, ...key],
      requestBody: { required: true, content: jsonAnswer('ReleaseBody') },
      answers: { 202: answer('accepted, and on disk; Location says where it is. As text/plain the URL alone', ASKED) },
      refused: SENT,
    }),
  },
  '/v1/apps/{app}/webhook': {
    post: route('webhook', {
      summary: 'What GitHub and GitLab send, signed',
      parameters: [app],
      requestBody: { required: true, content: { 'application/json': { schema: EVENT_OF_A_HOST } } },
      answers: { 200: answer('nothing is done, and why', jsonAnswer('Nothing')), 202: answer('accepted', ASKED) },
      refused: [401, 413, 415, 422, 429, 503],
      isOpen: true,
    }),
  },
  '/v1/releases/{id}': {
    get: route('oneRelease', {
      summary: 'One release',
      parameters: [...id, ...parameters('query', WAIT_QUERY.schema)],
      answers: { 200: answer('the release', jsonAnswer('Release')) },
    }),
  },
  '/v1/releases/{id}/result': {
    get: route('result', {
      summary: 'How it ended: made for curl --fail-with-body',
      parameters: [...id, ...parameters('query', WAIT_QUERY.schema)],
      answers: {
        200: answer('it succeeded', plainAnswer),
        202: answer('it goes on', plainAnswer),
        409: answer('it ended otherwise', plainAnswer),
      },
    }),
  },
  '/v1/releases/{id}/log': {
    get: route('log', {
      summary: 'Its log',
      parameters: [...id, ...parameters('query', LOG_QUERY.schema)],
      answers: { 200: answer('a line an event', plainAnswer) },
    }),
  },
  '/v1/releases/{id}/events': {
    get: route('events', {
      summary: 'Its events as they happen',
      parameters: [...id, ...parameters('header', EVENTS_HEADERS.schema), ...parameters('query', EVENTS_QUERY.schema)],
      answers: {
        200: answer('server-sent events, each with its number as id and an Event as data; the last is called end', {
          'text/event-stream': { schema: { type: 'string' } },
        }),
      },
    }),
  },
  '/v1/releases/{id}/cancel': {
    post: route('cancel', {
      summary: 'Stop it',
      parameters: id,
      requestBody: { required: false, content: jsonAnswer('CancelBody') },
      answers: {
        202: answer('it stops: at once where it waits, else as soon as the servers can be left', jsonAnswer('Release')),
      },
      refused: [...SENT, 409],
    }),
  },
  '/v1/releases/{id}/rollback': {
    post: route('rollback', {
      summary: 'Go back from it',
      parameters: [...id, ...key],
      requestBody: { required: false, content: jsonAnswer('RollbackBody') },
      answers: { 202: answer('accepted', ASKED) },
      refused: [...SENT, 409],
    }),
  },
  '/login': {
    get: route('loginForm', {
      summary: 'The way in to the pages',
      parameters: [
        { name: 'next', in: 'query', required: false, description: 'where to go then', schema: { type: 'string' } },
      ],
      answers: { 200: answer('a form', html) },
      refused: [],
      isOpen: true,
    }),
    post: route('login', {
      summary: 'Log in',
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['token'],
              properties: { token: { type: 'string' }, next: { type: 'string' } },
            },
          },
        },
      },
      answers: { 303: answer('a cookie, and where to go'), 401: answer('the form again', html) },
      refused: [403, 413, 415, 429],
      isOpen: true,
    }),
  },
  '/logout': {
    post: route('logout', {
      summary: 'Log out',
      answers: { 303: answer('no cookie any more') },
      refused: [403],
      isOpen: true,
    }),
  },
}

// The OpenAPI document of this server.
export function openApi(base: string): DocumentPart {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Flight, the deployment server',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Releases asked for by pipelines. Everything refused is application/problem+json; its type stays, its words ' +
        'may change.',
    },
    servers: [{ url: base }],
    paths: PATHS,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'flight_ID_SECRET, as flight serve:token shows it once' },
      },
    },
  }
}
