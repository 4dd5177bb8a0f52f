import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { JsonValue } from '../../base/json.js';
import type { Backfill, SourceFault, SourceStatus, UpstreamFaultKind } from '../../model/source.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { SourceView } from '../../services/sources/view.js';
import { DateTimeScalar, JsonScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { SourceFaultKindEnum, SourceStatusEnum } from './source.enums.js';

@ObjectType('SourceFault', { description: 'Why a source could not be read when that was last tried.' })
export class SourceFaultType {
  @Field(() => SourceFaultKindEnum, { description: 'Its kind, which decides whether it is tried again by itself.' })
  kind!: UpstreamFaultKind;

  @Field(() => String, { description: 'What is wrong, in plain words.' })
  message!: string;

  @Field(() => DateTimeScalar, { description: 'When it was met.' })
  at!: Date;
}

@ObjectType('SourceBackfill', { description: "How far the reading of a source's past has come." })
export class SourceBackfillType {
  @Field(() => DateTimeScalar, { description: 'Where it began.' })
  from!: Date;

  @Field(() => DateTimeScalar, { description: 'Where it ends.' })
  to!: Date;

  @Field(() => DateTimeScalar, { description: 'Everything before it has been read.' })
  at!: Date;

  @Field(() => Float, { description: 'How much of that time has been read, from 0 to 100.' })
  percent!: number;
}

const whole = 'A whole number.';

@ObjectType('SourceCounts', { description: 'What became of what a source brought, since it was connected.' })
export class SourceCountsType {
  @Field(() => Float, { description: `Answers that were read. ${whole}` })
  pages!: number;

  @Field(() => Float, { description: `Rows in them. ${whole}` })
  rows!: number;

  @Field(() => Float, { description: `Rows that became entries of the log. ${whole}` })
  recorded!: number;

  @Field(() => Float, { description: `Rows that were there already: overlaps and repeats. ${whole}` })
  duplicates!: number;

  @Field(() => Float, {
    description: `Rows whose key is taken by other content; the first is kept. ${whole}`,
  })
  conflicts!: number;

  @Field(() => Float, { description: `Rows that are no rows of this system. ${whole}` })
  rejected!: number;

  @Field(() => Float, {
    description: `Rows with a field or word that is not known here; they are kept whole. ${whole}`,
  })
  drifted!: number;
}

@ObjectType('Source', {
  description: 'An account of an outside system that the workspace has connected, and how its reading stands.',
})
export class SourceType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => SourceSystemEnum, { description: 'Its system.' })
  system!: SourceSystem;

  @Field(() => String, { description: 'What people call it, unique in the workspace.' })
  name!: string;

  @Field(() => String, { description: 'Where its API is. No call made for it goes to another origin.' })
  baseUrl!: string;

  @Field(() => JsonScalar, { description: 'What its connector was told, as the `settingsSchema` of its system says.' })
  settings!: { readonly [name: string]: JsonValue };

  @Field(() => [String], {
    description: 'Which of its secrets are set, e.g. `["clientSecret"]`. They can be replaced, never read.',
  })
  secretNames!: readonly string[];

  @Field(() => SourceStatusEnum, { description: 'How its reading stands.' })
  status!: SourceStatus;

  @Field(() => Int, {
    nullable: true,
    description: 'How much of its present may be missing here, in seconds; null where nothing was read yet.',
  })
  lag?: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the newest entry that it brought had happened.' })
  lastEntryAt?: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last read as far as it then went.' })
  lastSuccessAt?: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When reading it was last begun.' })
  lastAttemptAt?: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it is to be read again; null: not before somebody changes, resumes or syncs it.',
  })
  nextAttemptAt?: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Whatever it had up to this moment is in the log; null where nothing was read yet.',
  })
  coveredUntil?: Date;

  @Field(() => SourceFaultType, { nullable: true, description: 'Why it could not be read; null where it could.' })
  fault?: SourceFault;

  @Field(() => SourceCountsType, { description: 'What became of what it brought.' })
  counts!: SourceCountsType;

  @Field(() => [String], {
    description: 'Fields and words of its rows that are not known here, some of them, e.g. `["activity.mood"]`.',
  })
  driftNames!: readonly string[];

  @Field(() => SourceBackfillType, {
    nullable: true,
    description: 'While its past is being read: how far that has come.',
  })
  backfill?: SourceBackfillType;

  @Field(() => Boolean, { description: 'Whether it is not to be read for now.' })
  paused!: boolean;

  @Field(() => Int, { description: 'How long after one look the next one is due, in seconds.' })
  everySeconds!: number;

  @Field(() => Boolean, {
    description: "Whether what is created or removed here in its system's name goes to it, too.",
  })
  writeThrough!: boolean;

  @Field(() => Boolean, {
    description: 'Whether the emails that it gives count as verified though it does not say so.',
  })
  trustEmails!: boolean;

  @Field(() => Boolean, { description: 'Whether deliveries are taken though there is no secret to verify them by.' })
  acceptUnsigned!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The path, at the address of this gateway, that its system delivers to; null where it sends nothing.',
  })
  deliveryUrl?: string;

  @Field(() => Int, { description: 'Grows with every change by people.' })
  version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was connected.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When somebody last changed it.' })
  updatedAt!: Date;
}

/** A source as GraphQL shows it. */
export function shownSource({ source, state, status, lagMs, receives }: SourceView): SourceType {
  return {
    id: source.id,
    system: source.system,
    name: source.name,
    baseUrl: source.baseUrl,
    settings: source.settings,
    secretNames: source.secretNames,
    status,
    lag: lagMs === undefined ? undefined : Math.floor(lagMs / 1000),
    lastEntryAt: state.lastEntryAt,
    lastSuccessAt: state.lastSuccessAt,
    lastAttemptAt: state.lastAttemptAt,
    nextAttemptAt: source.isPaused ? undefined : state.nextAttemptAt,
    coveredUntil: state.coveredUntil,
    fault: state.fault,
    counts: state.counts,
    driftNames: state.driftNames,
    backfill: state.backfill && shownBackfill(state.backfill),
    paused: source.isPaused,
    everySeconds: Math.round(source.everyMs / 1000),
    writeThrough: source.writesThrough,
    trustEmails: source.trustsEmails,
    acceptUnsigned: source.acceptsUnsigned,
    deliveryUrl: receives ? `/sources/${source.id}/deliveries` : undefined,
    version: source.version,
    createdAt: source.createdAt,
    updatedAt: source.updatedAt,
  };
}

function shownBackfill({ from, to, at }: Backfill): SourceBackfillType {
  const whole = to.getTime() - from.getTime();
  const share = whole > 0 ? (at.getTime() - from.getTime()) / whole : 1;
  return { from, to, at, percent: Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10 };
}
