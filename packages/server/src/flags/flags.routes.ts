import { operations, type ResponseOf } from "@holdpoint/contract";
import { type Implementation, implement } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import { type FlagStanding, type Flags, standingOf } from "./flag.store.ts";

/** Routes of flags. */
export function flagRoutes(flags: Flags): readonly Implementation[] {
  return [
    implement(operations.listFlags, async ({ principal }) => ({
      flags: (await flags.standings(principal.tenant)).map(toView),
    })),
    implement(operations.getFlag, async ({ params, principal }) =>
      toView(standingOf(await flags.standings(principal.tenant), params.flag)),
    ),
    implement(operations.putFlag, async ({ params, body, principal }) => {
      const { tenant, name: by } = principal;
      return toView(await flags.set({ tenant, name: params.flag, by, ...body }));
    }),
    implement(operations.deleteFlag, async ({ params, query, principal }) => {
      const { tenant, name: by } = principal;
      return toView(await flags.unset({ tenant, name: params.flag, by, level: query.level }));
    }),
  ];
}

function toView({ flag, tenant, global }: FlagStanding): ResponseOf<typeof operations.getFlag> {
  const { name, kind, about, standard, bounds, choices } = flag;
  const holds = tenant ?? global;
  return {
    name,
    kind,
    about,
    value: holds?.value ?? standard,
    source: tenant !== null ? "tenant" : global !== null ? "global" : "default",
    default: standard,
    global: global?.value ?? null,
    tenant: tenant?.value ?? null,
    least: bounds?.least ?? null,
    most: bounds?.most ?? null,
    choices: choices === null ? null : [...choices],
    setBy: holds?.by ?? null,
    setAt: toMoment(holds?.at ?? null),
  };
}
