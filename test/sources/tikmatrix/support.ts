import type { TestGateway } from '../../support/gateway.js';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any;
}

export const path = '/api/v1/activity_log';

/** Calls the façade in somebody's name; by default in that of `admin`. */
export function caller(gateway: TestGateway, authorization = gateway.people.admin) {
  return async (method: string, rest = '', body?: unknown): Promise<Answer> => {
    const response = await fetch(`${gateway.url}${path}${rest}`, {
      method,
      headers: { ...(authorization && { authorization }) },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  };
}

export const row = (over: object = {}): object => ({
  platform: 'tiktok',
  serial: 'R58N',
  action_type: 'post',
  action_detail: 'Published video successfully',
  username: 'user123',
  timestamp: 1707725000,
  ...over,
});
