import type { Claimed } from "../plan/inspection.ts";

/**
 * Words of plans that are not written in English: Spanish, Portuguese, French, Italian, German, Japanese, Chinese and
 * Korean. Data only; each table is joined to the English one where that stands. Lower case, words joined by single
 * blanks, alternatives by bars.
 */

/** Headings and labels that announce tasks. */
export const TASK_HEADINGS: string =
  "tareas|tareas pendientes|lista de tareas|pendientes|próximos pasos|por hacer|hitos|trabajo pendiente|" +
  "tarefas|tarefas pendentes|próximos passos|a fazer|marcos|" +
  "tâches|liste des tâches|à faire|prochaines étapes|jalons|travaux restants|" +
  "attività|da fare|prossimi passi|aufgaben|offene aufgaben|aufgabenliste|nächste schritte|meilensteine|offene punkte|" +
  "タスク一覧|タスクリスト|実装ステップ|実装タスク|作業項目|任务|任务列表|任务清单|待办|待办事项|下一步|할 일|작업 목록";

/** Headings and labels that announce criteria. */
export const CRITERIA_HEADINGS: string =
  "criterios de éxito|criterios de aceptación|criterios de salida|criterios de entrada|métricas de éxito|" +
  "definición de hecho|definición de terminado|entregables|resultado esperado|resultados esperados|=resultado|=resultados|" +
  "criterios|objetivos medibles|indicadores de éxito|" +
  "critérios de sucesso|critérios de aceitação|critérios de saída|métricas de sucesso|definição de pronto|entregáveis|" +
  "critères de succès|critères d'acceptation|critères de sortie|livrables|résultats attendus|=résultat|=résultats|" +
  "criteri di successo|criteri di accettazione|risultati attesi|" +
  "erfolgskriterien|akzeptanzkriterien|abnahmekriterien|austrittskriterien|liefergegenstände|lieferobjekte|" +
  "erwartete ergebnisse|=ergebnis|=ergebnisse|" +
  "成功基準|受け入れ基準|受け入れ条件|受入基準|完了条件|完了基準|達成基準|定量的目標|定性的目標|数値目標|成果物|" +
  "验收标准|成功标准|完成标准|交付物|验收条件|완료 기준|성공 기준|인수 기준";

/** Headings that report or explain. */
export const NO_WORK_HEADINGS: string =
  "riesgos|riesgos y mitigación|resumen|notas|contexto|recursos|objetivo|objetivos|presupuesto|introducción|" +
  "archivos a modificar|archivos nuevos|riscos|resumo|contexto e motivação|recursos necessários|" +
  "risques|résumé|contexte|objectif|objectifs|risiken|zusammenfassung|kontext|hintergrund|ziele|ziel|notizen|" +
  "概要|背景|目的|リスク|参考|まとめ|备注|风险|概述|目标|总结";

/** State words. */
export const STATES: readonly (readonly [string, Claimed])[] = (
  [
    [
      "done",
      "hecho|hecha|completado|completada|completados|completadas|terminado|terminada|finalizado|finalizada|listo|lista",
    ],
    ["done", "concluído|concluída|feito|feita|terminé|terminée|fait|achevé|completato|completata|fatto|fatta"],
    [
      "done",
      "erledigt|fertig|abgeschlossen|umgesetzt|済|済み|実装済み|完成|完成済み|対応済み|完了済み|完了しました|완료",
    ],
    ["in_progress", "en progreso|en curso|en proceso|em andamento|em progresso|en cours|in corso|in lavorazione"],
    ["in_progress", "in arbeit|in bearbeitung|laufend|作業中|対応中|実装中|実施中|处理中|開発中|진행 중|진행중"],
    ["pending", "pendiente|pendientes|por hacer|sin empezar|no iniciado|no iniciada|planificado|planificada"],
    ["pending", "pendente|a fazer|não iniciado|planejado|planejada|à faire|en attente|prévu|prévue|non commencé"],
    ["pending", "da fare|in attesa|pianificato|offen|ausstehend|geplant|nicht begonnen|zu erledigen"],
    ["pending", "未完了|未実装|未対応|予定|計画中|待办|待处理|计划中|未完成|대기|예정"],
    ["partial", "parcial|parcialmente|partiel|partielle|parziale|teilweise|一部完了|部分完成"],
    ["blocked", "bloqueado|bloqueada|en espera|bloqué|bloquée|bloccato|bloccata|blockiert|保留|ブロック中|阻塞|보류"],
    ["failed", "fallido|fallida|falhou|échoué|échouée|fallito|fehlgeschlagen|失敗|失败|실패"],
    ["cancelled", "cancelado|cancelada|descartado|annulé|annulée|abandonné|annullato|abgebrochen|verworfen"],
    ["cancelled", "中止|キャンセル|已取消|取消|취소"],
    ["deferred", "aplazado|aplazada|pospuesto|pospuesta|adiado|adiada|reporté|reportée|rimandato|verschoben"],
    ["deferred", "zurückgestellt|延期|見送り|推迟|연기"],
  ] as const
).flatMap(([claimed, words]) => words.split("|").map((word) => [word, claimed] as const));

/** Keys of attribute lines and heads of columns. */
export const ATTRIBUTES = [
  ["status", "estado|estatus|situação|statut|état|stato|stand|状態|状況|ステータス|进度|状态|상태"],
  ["owner", "responsable|responsables|asignado a|asignado|dueño|responsável|atribuído a|assigné à|responsabile"],
  ["owner", "verantwortlich|zuständig|verantwortliche|bearbeiter|担当|担当者|负责人|담당|담당자"],
  ["team", "equipo|equipe|équipe|squadra|チーム|团队"],
  ["priority", "prioridad|prioridade|priorité|priorità|priorität|優先度|优先级|우선순위"],
  ["effort", "esfuerzo|estimación|esforço|estimativa|effort estimé|aufwand|schätzung|工数|見積もり|工作量"],
  [
    "window",
    "duración|plazo|fecha|fechas|duração|prazo|durée|échéance|durata|dauer|termin|zeitraum|期間|期限|时间|工期",
  ],
  ["depends", "dependencia|dependencias|depende de|dependência|dependências|dépendances|dépend de|dipendenze"],
  ["depends", "abhängigkeiten|abhängig von|依存|依存関係|依赖"],
  ["blockers", "bloqueos|bloqueadores|bloqueado por|bloquée par|bloqué par|blockiert durch|ブロッカー"],
  [
    "criteria",
    "criterios de éxito|criterios de aceptación|critérios de aceitação|critères d'acceptation|akzeptanzkriterien",
  ],
] as const;

/** Heads of table columns: what the reader calls them in English. */
export const COLUMNS: ReadonlyMap<string, string> = new Map(
  (
    [
      ["task", "tarea|tareas|tarefa|tarefas|tâche|tâches|attività|aufgabe|aufgaben|タスク|作業|任务|작업"],
      ["description", "descripción|descrição|beschreibung|descrizione|説明|内容|描述"],
      ["title", "título|titre|titel|titolo|名称|タイトル"],
      ["status", "estado|estatus|situação|statut|état|stato|stand|状態|状況|ステータス|状态|상태"],
      ["phase", "fase|etapa|étape|フェーズ|阶段|阶段名"],
      ["metric", "métrica|métricas|indicador|métrique|indicateur|metrik|kennzahl|metrica|指標|指标|メトリクス"],
      ["target", "meta|objetivo|objectif|cible|ziel|zielwert|obiettivo|umbral|目標|目標値|目标"],
      ["criterion", "criterio|critério|critère|kriterium|基準|标准"],
      ["week", "semana|semaine|woche|settimana|週|周"],
      ["notes", "notas|observaciones|remarques|bemerkungen|anmerkungen|備考|备注"],
    ] as const
  ).flatMap(([english, words]) => words.split("|").map((word) => [word, english] as const)),
);

/** Words that begin the name of a stage: `Fase 2`. */
export const PHASE_WORDS: string =
  "fases?|etapas?|semanas?|mes|hitos?|marco|étape|semaines?|jalon|settimana|traguardo|phasen|wochen?|meilenstein|マイルストーン|スプリント|フェイズ|페이즈|단계";

/** Words that begin the name of a step: `Schritt 3`. */
export const STEP_WORDS: string = "paso|passo|tarea|tarefa|tâche|schritt|aufgabe|ステップ|タスク|步骤|任务|작업";
