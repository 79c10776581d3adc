import type { Claimed } from "../plan/inspection.ts";

/**
 * Words of plans that are not written in English: Spanish, Portuguese, French, Italian, German, Dutch, Polish, Russian,
 * Turkish, Japanese, Chinese and Korean. Data only; each table is joined to the English one where that stands. Lower case, words joined by single
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
    ["done", "cerrado|cerrada|entregado|entregada|concluído|concluída|feito|feita|entregue|fechado|fechada"],
    ["done", "terminé|terminée|fait|achevé|achevée|livré|livrée|validé|validée|clos|completato|completata|fatto|fatta"],
    ["done", "consegnato|consegnata|chiuso|chiusa|klaar|afgerond|voltooid|gereed|zrobione|ukończone|zakończone"],
    ["done", "готово|сделано|завершено|завершён|завершена|завершен|выполнено|tamamlandı|bitti"],
    [
      "done",
      "erledigt|fertig|abgeschlossen|umgesetzt|freigegeben|済|済み|実装済み|完成|完成済み|対応済み|対応済|完了済み|完了しました|リリース済み",
    ],
    ["done", "已上线|已发布|已合并|已解决|已通过|已结束|已交付|完成了|완료|완료됨|완성|종료|종료됨"],
    [
      "in_progress",
      "en progreso|en curso|en proceso|en marcha|en revisión|iniciado|iniciada|em andamento|em progresso",
    ],
    ["in_progress", "em curso|em execução|em revisão|en cours|en revue|démarré|démarrée|in corso|in lavorazione"],
    ["in_progress", "in revisione|bezig|in uitvoering|loopt|w toku|w trakcie|в работе|в процессе|выполняется"],
    ["in_progress", "devam ediyor|in arbeit|in bearbeitung|in umsetzung|in prüfung|laufend|läuft|begonnen|gestartet"],
    [
      "in_progress",
      "作業中|対応中|実装中|実施中|着手中|検証中|レビュー中|処理中|处理中|開発中|开发中|测试中|審核中|审核中",
    ],
    ["in_progress", "执行中|进行中|实施中|진행 중|진행중|작업 중|작업중|검토 중|검토중"],
    ["pending", "pendiente|pendientes|por hacer|sin empezar|no iniciado|no iniciada|planificado|planificada"],
    [
      "pending",
      "programado|programada|previsto|prevista|pendente|a fazer|não iniciado|não iniciada|planejado|planejada",
    ],
    ["pending", "à faire|en attente|prévu|prévue|planifié|planifiée|non commencé|non démarré|non démarrée|à venir"],
    ["pending", "da fare|in attesa|pianificato|pianificata|non iniziato|te doen|gepland|niet gestart|do zrobienia"],
    ["pending", "zaplanowane|nie rozpoczęto|не начато|запланировано|к выполнению|в планах|planlandı|bekliyor"],
    ["pending", "offen|noch offen|ausstehend|geplant|vorgesehen|nicht begonnen|nicht gestartet|zu erledigen"],
    [
      "pending",
      "未完了|未実装|未対応|予定|計画中|待办|待处理|待开始|待定|计划中|未完成|尚未开始|未启动|待进行|待验证|待测试|待完成",
    ],
    ["pending", "대기|대기 중|예정|미착수|시작 전|계획|계획됨"],
    [
      "partial",
      "parcial|parcialmente|partiel|partielle|parziale|teilweise|gedeeltelijk|частично|一部完了|部分完成|일부 완료",
    ],
    ["blocked", "bloqueado|bloqueada|en espera|detenido|detenida|pausado|pausada|suspenso|bloqué|bloquée|suspendu"],
    ["blocked", "en pause|bloccato|bloccata|sospeso|sospesa|geblokkeerd|in de wacht|zablokowane|заблокировано"],
    [
      "blocked",
      "приостановлено|engellendi|blockiert|pausiert|wartet|保留|ブロック中|停止中|阻塞|受阻|已暂停|暂停|挂起",
    ],
    ["blocked", "보류|차단|차단됨|막힘"],
    ["failed", "fallido|fallida|falhou|échoué|échouée|fallito|fehlgeschlagen|mislukt|провалено|失敗|失败|未通过|실패"],
    ["cancelled", "cancelado|cancelada|descartado|descartada|anulado|annulé|annulée|abandonné|abandonnée|annullato"],
    ["cancelled", "annullata|geannuleerd|vervallen|anulowane|отменено|отменён|отменена|iptal edildi|abgebrochen"],
    [
      "cancelled",
      "verworfen|gestrichen|entfällt|storniert|中止|キャンセル|取り下げ|已取消|取消|废弃|已废弃|취소|취소됨",
    ],
    ["deferred", "aplazado|aplazada|pospuesto|pospuesta|adiado|adiada|reporté|reportée|rimandato|rimandata|uitgesteld"],
    ["deferred", "odłożone|отложено|перенесено|ertelendi|verschoben|zurückgestellt|vertagt|延期|見送り|先送り|後回し"],
    ["deferred", "推迟|已推迟|延后|연기|연기됨"],
  ] as const
).flatMap(([claimed, words]) => words.split("|").map((word) => [word, claimed] as const));

/** Keys of attribute lines and heads of columns. */
export const ATTRIBUTES = [
  ["status", "estado|estatus|situação|statut|état|stato|stand|статус|durum|状態|状況|ステータス|进度|状态|상태"],
  ["owner", "responsable|responsables|asignado a|asignado|dueño|responsável|atribuído a|assigné à|responsabile"],
  [
    "owner",
    "verantwortlich|zuständig|verantwortliche|verantwortlicher|bearbeiter|wer|quién|qui|eigenaar|ответственный|исполнитель|sorumlu|担当|担当者|负责人|담당|담당자",
  ],
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
      ["task", "tarea|tareas|tarefa|tarefas|tâche|tâches|attività|aufgabe|aufgaben|arbeitspaket|taak|taken|zadanie"],
      ["task", "задача|задачи|görev|タスク|作業|任务|작업|할 일"],
      ["step", "schritt|paso|passo|étape à faire|ステップ|步骤|단계별 작업"],
      ["action", "maßnahme|massnahme|acción|ação|azione"],
      ["check", "prüfung|prüfpunkt|comprobación|verificação|vérification|確認項目|检查项|점검 항목"],
      ["time", "uhrzeit|zeit|hora|heure|ora|時刻|时刻|시각|시간"],
      ["description", "descripción|descrição|beschreibung|descrizione|説明|内容|描述"],
      ["title", "título|titre|titel|titolo|名称|タイトル"],
      ["status", "estado|estatus|situação|statut|état|stato|stand|статус|durum|状態|状況|ステータス|状态|상태"],
      [
        "ok?",
        "erfüllt|erfüllt?|cumple|cumple?|¿cumple?|¿ok?|atende|atende?|conforme|conforme?|atteint|atteint?|達成|达标|충족",
      ],
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
