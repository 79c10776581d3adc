/** Whether a list entry begins with an order: `Build the wall`, `**Deploy** it`. */
export function beginsWithOrder(text: string): boolean {
  return ORDER.test(text);
}

/**
 * Whether a line that ends in a colon orders what the list below it names.
 *
 * @param inStage whether it stands in a stage, where more words order
 */
export function announcesOrders(text: string, inStage: boolean): boolean {
  if (/\s(?:with|containing|including|covering)\s?:$/i.test(text)) return false;
  if (ORDERS_WORK.test(text) || CONSIDERS.test(text)) return true;
  return (
    inStage && (ORDERS_IN_STAGE.test(text) || (CHANGES.test(text) && !/^(?:breaking|recent|other|no)\b/i.test(text)))
  );
}

const VERBS =
  "add|write|update|create|implement|fix|remove|build|replace|migrate|extend|refactor|delete|rename|move|document|test|configure|set up|change|verify|introduce|port|wire|convert|split|deploy|prepare|install|publish";
/** `Add or update tests:`, `Remove:`: an order, and the list says of what. */
const ORDERS_WORK = new RegExp(
  `^(?!(?:test|document|build|change|update|move|fix|release|port|split) (?:categor|types?|cases?|files?|structure|strateg|result|data|plans?\\b|scenario|environment|pyramid|suite|approach|levels?|matrix|order|size|time|status|history|targets?))(?:${VERBS})(?: (?:or|and) [a-z]+)?(?: (?:the following )?[a-z -]{3,30}| the following)?:$`,
  "i",
);
/** `Consider adding:`, `Plan to test:`. */
const CONSIDERS = /^(?:consider|plan|remember) (?:\p{L}{2,16}ing|to \p{L}{2,16})(?: the following)?:$/iu;
/** A list entry that begins with an order. */
const ORDER = new RegExp(
  `^[*_\\s]{0,3}(?:${VERBS}|read|analy[sz]e|validate|run|rerun|execute|review|check|ensure|generate|identify|define|design|extract|restore|integrate|enable|disable|register|connect|collect|compare|copy|clean|commit|push|merge|open|close|start|stop|restart|monitor|measure|optimi[sz]e|report|research|evaluate|select|choose|train|import|export|load|save|send|sync|rebuild|upgrade|audit|benchmark|profile|scan|tag|notify|announce|drop|swap|switch|freeze|backfill|roll)\\b`,
  "i",
);
/** Below a stage: `Before publication:`, `The package should provide examples:`. */
const ORDERS_IN_STAGE =
  /^(?:(?:before|prior to|first|then|next|finally|afterwards|vor|antes de|avant)\b[^:]{0,50}|after (?:the )?(?:merge|launch|release|deploy(?:ment)?|publication|publishing|acceptance|approval|go-live|cut-?over|rollout|migration)|[^:]{2,40}\s(?:should|needs? to|will)\s(?:also\s)?(?:provide|use|have|support|include|contain|expose|offer|add|create|handle|cover|gain|get|ship|run)\b[^:]{0,40}):$/i;
/** `Website changes:` */
const CHANGES = /^(?:[\p{L}\p{N}/-]{1,24}\s){1,3}changes:$/iu;
