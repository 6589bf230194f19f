import path from 'node:path';
import * as vscode from 'vscode';
import type { Turn, TurnQuestion } from '../core/conversation.ts';
import { isRunning, lastTurn, turnById } from '../core/conversation.ts';
import { toLemmaError } from '../core/errors.ts';
import { thinks } from '../core/thinkingBudget.ts';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import { AnswerActions } from './answerActions.ts';
import { Attachments } from './attachments.ts';
import { Config } from './config.ts';
import type { ModelSettings, ReplySettings } from './config.ts';
import { ContextMeter } from './contextMeter.ts';
import { ConversationHistory } from './conversationHistory.ts';
import { AutomaticContext } from './context/automaticContext.ts';
import { Conversations } from './conversations.ts';
import { Disposables } from './disposables.ts';
import { Backends } from './backends.ts';
import { ChatReplies } from './chat/chatReplies.ts';
import { EquationChecks } from './check/checkCommands.ts';
import { AnswerChecks } from './check/answerChecks.ts';
import { EquationChecker } from './check/equationChecker.ts';
import { CudaSupport } from './cuda/cudaSupport.ts';
import { ModelDownloadActions } from './download/modelDownloadActions.ts';
import { EditDecisions } from './edits/editDecisions.ts';
import { EditPreviews } from './edits/editPreviews.ts';
import { TestRuns } from './edits/runTests.ts';
import { ConversationExport } from './exportConversation.ts';
import { InferenceClient } from './inferenceClient.ts';
import { modelDetails } from './modelDetails.ts';
import { ModelNotices } from './modelNotices.ts';
import { ModelChoice } from './models/modelChoice.ts';
import { ModelService } from './modelService.ts';
import { modelStatus } from './modelWords.ts';
import { PanelModel } from './panel/panelModel.ts';
import type { PanelSources } from './panel/panelConnection.ts';
import { PanelTab } from './panel/panelTab.ts';
import { PanelView } from './panel/panelView.ts';
import { handlePanelMessage } from './panelMessages.ts';
import { EditTasks } from './editTasks.ts';
import type { PromptLibrary } from './prompts/promptLibrary.ts';
import { Prefetch } from './prefetch.ts';
import { Questions } from './questions.ts';
import { askServerKey, chooseServer } from './remote/connectServer.ts';
import { ServerBackend, chosenAddress } from './remote/serverBackend.ts';
import { ServerKeys } from './remote/serverKeys.ts';
import { askedAgainNote } from './serverMessages.ts';
import { StatusBar } from './statusBar.ts';
import { SavedStateFolder } from './savedStates.ts';
import { sharedStorageFolder } from './storageFolder.ts';
import { TextViews } from './textViews.ts';
import { SampleCount } from './sampleCount.ts';
import { ThinkingBudget } from './thinkingBudget.ts';
import { TokenCounter } from './tokenCounter.ts';
import type { PanelNote } from '../shared/panelProtocol.ts';
import type { SavedStates } from '../shared/savedStates.ts';
import { TurnRunner } from './turn.ts';
import { restartedNote, waitsForModel } from './endMessages.ts';
import { Walkthrough } from './walkthrough.ts';
import { WorkspacePlaces } from './workspacePlaces.ts';

/** How long the editor's selection rests before the panel offers it, milliseconds. */
const selectionRestMs = 120;

/** How long a restart waits for what runs to stop in order, milliseconds. */
const settleMs = 3_000;

/** All parts of a running Lemma, built at its first use and wired here alone. */
export class LemmaApp {
  readonly log: vscode.LogOutputChannel;
  /** Path of the inference process's own log. */
  readonly engineLog: string;
  readonly config = new Config();
  readonly client: InferenceClient;
  readonly serverKeys: ServerKeys;
  readonly model: ModelService;
  readonly models: ModelChoice;
  readonly conversations: Conversations;
  readonly history: ConversationHistory;
  readonly exports: ConversationExport;
  readonly turns: TurnRunner;
  /** For other extensions and VS Code's chat. */
  readonly replies: ChatReplies;
  readonly panel: PanelModel;
  readonly view: PanelView;
  readonly tab: PanelTab;
  readonly places: WorkspacePlaces;
  readonly attachments: Attachments;
  readonly automatic: AutomaticContext;
  readonly questions: Questions;
  readonly tasks: EditTasks;
  readonly meter: ContextMeter;
  readonly prefetch: Prefetch;
  readonly answers: AnswerActions;
  readonly previews: EditPreviews;
  readonly edits: EditDecisions;
  readonly tests: TestRuns;
  readonly checks: EquationChecks;
  readonly answerChecks: AnswerChecks;
  readonly thinking: ThinkingBudget;
  readonly samples: SampleCount;
  readonly downloads: ModelDownloadActions;
  readonly cuda: CudaSupport;
  readonly walkthrough = new Walkthrough();
  /** Resolves when the conversation that was shown last is open again. */
  readonly restored: Promise<void>;
  readonly #disposables = new Disposables();
  readonly #backends: Backends;
  readonly #texts = new TextViews();
  readonly #notices: ModelNotices;
  #selectionTimer: NodeJS.Timeout | undefined;
  #context = '';
  /** The notice that says so, while the engine is silent. */
  #silenceShown: PanelNote | undefined;
  /** Where what could not be read is kept. */
  #unreadable = '';

  constructor(context: vscode.ExtensionContext, statusItem: vscode.StatusBarItem, prompts: PromptLibrary) {
    this.log = this.#disposables.add(vscode.window.createOutputChannel('Lemma', { log: true }));
    const modulePath = path.join(context.extensionPath, 'dist', 'inference.mjs');
    const { version } = context.extension.packageJSON as { readonly version: string };
    // The process serves other windows too, so its log is not this window's.
    this.engineLog = path.join(context.globalStorageUri.fsPath, 'logs', 'engine.log');
    this.client = new InferenceClient({ modulePath, log: this.log, version, logFile: this.engineLog });
    this.serverKeys = new ServerKeys(context.secrets);
    const server = new ServerBackend({
      log: this.log,
      key: (origin) => this.serverKeys.get(origin),
      onAskedAgain: () => this.panel.showNotice(askedAgainNote()),
    });
    this.#backends = new Backends(this.client, server);
    const { client, log } = this;
    const states = new SavedStateFolder(path.join(context.globalStorageUri.fsPath, 'states'), client, log);
    const savedStates = (): SavedStates => ({ folder: states.folder, mostBytes: this.config.savedStatesBytes });
    const threadsFile = path.join(context.globalStorageUri.fsPath, 'engine', 'threads.json');
    const modelSettings = (): ModelSettings => ({ ...this.config.model, savedStates: savedStates(), threadsFile });
    this.model = this.#disposables.add(new ModelService(this.#backends, modelSettings));
    const modelsFolder = (): string => this.config.modelsFolder ?? path.join(context.globalStorageUri.fsPath, 'models');
    this.models = new ModelChoice({
      client,
      config: this.config,
      downloads: { start: (request) => this.downloads.start(request) },
      modelsFolder,
      log,
    });
    // Without a folder there is no workspace storage; the global one serves all such windows.
    const storage = context.storageUri ? sharedStorageFolder(context.storageUri.fsPath) : context.globalStorageUri.fsPath;
    this.conversations = new Conversations(path.join(storage, 'conversations'), context.workspaceState, this.log);
    this.#disposables.add(this.conversations.onDidForget((id) => this.#handle(states.forget(id))));
    this.thinking = new ThinkingBudget(context.globalState, () => this.config.reply.thinkingTokens);
    const reply = (info?: ModelInfo): ReplySettings => ({ ...this.config.replyOf(info), thinkingTokens: this.thinking.tokens });
    this.samples = new SampleCount(context.globalState, () => this.config.samples);
    const fails = (turn: Turn, answer: string): Promise<boolean> => this.answerChecks.fails(turn, answer);
    this.turns = new TurnRunner(this.conversations, this.model, reply, this.log, () => this.replies.running, fails);
    this.replies = new ChatReplies(this.model, reply, () => this.turns.rest, this.log);
    this.panel = new PanelModel(this.conversations, this.model, context.workspaceState, context.globalState);
    this.#notices = new ModelNotices((note) => this.panel.showNotice(note), context.globalState);
    this.places = new WorkspacePlaces(this.log);
    this.history = new ConversationHistory(this.conversations, this.turns, this.panel);
    this.exports = new ConversationExport(this.conversations, this.panel);
    const { conversations, model, panel, turns, places, history } = this;
    const sources: PanelSources = { extensionUri: context.extensionUri, conversations, model, panel, turns, places, history };
    this.view = this.#disposables.add(new PanelView(sources));
    this.tab = this.#disposables.add(new PanelTab(sources));
    const counter = new TokenCounter(this.model, this.log);
    this.attachments = this.#disposables.add(new Attachments(this.panel, this.model, counter, context.workspaceState));
    this.questions = new Questions(
      this.turns,
      this.panel,
      this.attachments,
      () => this.automatic,
      () => this.showPanel(),
      () => this.samples.samples,
    );
    const next = (): Promise<TurnQuestion> => this.questions.nextAlone();
    this.automatic = this.#disposables.add(new AutomaticContext({ panel, model, config: this.config, counter, log, next }));
    this.tasks = new EditTasks(this.questions, context.globalState, prompts);
    const texts = this.#disposables.add(this.#texts);
    const { questions, config } = this;
    this.meter = this.#disposables.add(new ContextMeter({ conversations, model, panel, questions, counter, config, texts }));
    this.prefetch = this.#disposables.add(new Prefetch({ conversations, model, questions, turns, samples: this.samples, config, log }));
    this.answers = new AnswerActions(this.conversations, this.panel, texts, this.log);
    const { answers } = this;
    this.previews = this.#disposables.add(new EditPreviews({ conversations, panel, answers, log }));
    const { previews } = this;
    const checker = this.#disposables.add(new EquationChecker(path.join(context.extensionPath, 'dist', 'checkWorker.cjs')));
    this.checks = this.#disposables.add(new EquationChecks(checker, texts));
    const { checks } = this;
    this.answerChecks = this.#disposables.add(
      new AnswerChecks({ checker, conversations, panel, questions: () => questions, texts, config, log }),
    );
    this.tests = new TestRuns({ conversations, panel, log, trusted: () => vscode.workspace.isTrusted });
    this.edits = this.#disposables.add(new EditDecisions({ previews, conversations, panel, turns, questions, checks }));
    this.cuda = this.#disposables.add(new CudaSupport(context, this.config, this.model, this.log, () => this.restartEngine()));
    const fetched = (file: string): void => this.#handle(this.#useModel(file));
    this.downloads = this.#disposables.add(new ModelDownloadActions(context, this.config, this.panel, this.log, fetched));
    this.#wire(this.#disposables.add(new StatusBar(statusItem, () => this.config.model.gpu !== 'cpu')));
    this.restored = this.conversations.restore();
  }

  async newConversation(): Promise<void> {
    await this.turns.settle('stopped');
    this.panel.showNotice(undefined);
    await this.conversations.startNew();
    this.history.leave();
    if (this.tab.active) this.tab.focusComposer();
    else await this.view.focusComposer();
  }

  /** @param inTab where the panel is an editor tab that has a button for it */
  async showConversations(inTab: boolean): Promise<void> {
    if (inTab || (this.tab.active && !this.view.visible)) this.tab.showHistory();
    else await this.view.showHistory();
  }

  /** Chooses what to attach, then shows it in the panel. */
  async attach(): Promise<void> {
    await this.attachments.pick(this.questions.editor);
    await this.showPanel();
  }

  /** Attaches files that were chosen in the explorer or by their tab, and shows them in the panel. */
  async attachFiles(uris: readonly vscode.Uri[]): Promise<void> {
    await this.attachments.addFiles(uris);
    await this.showPanel();
  }

  /** Opens the view, unless the panel can be seen in an editor tab. */
  async showPanel(): Promise<void> {
    if (!this.tab.visible) await this.view.reveal();
  }

  /** Offers the models that fit; a question that failed for want of one is then asked again by itself. */
  async chooseModel(): Promise<void> {
    await this.#useModel(await this.models.choose());
  }

  /** The same with any file. */
  async chooseModelFile(): Promise<void> {
    await this.#useModel(await this.models.chooseFile());
  }

  async #useModel(file: string | undefined): Promise<void> {
    if (file === undefined) return;
    await this.config.setModelPath(file);
    this.model.settingsChanged();
    await this.#resumeFailed(/^model|^insufficient|^server/);
  }

  /** Tries a server, lets the user pick one of its models, and asks it from then on. */
  async testConnection(): Promise<void> {
    try {
      const choice = await chooseServer(this.config.server, this.serverKeys);
      if (!choice) return;
      await this.config.setServer(choice);
      this.panel.showNotice(undefined);
      this.model.settingsChanged();
      await this.#resumeFailed(/^model|^insufficient|^server/);
    } catch (thrown) {
      this.panel.showNotice(toLemmaError(thrown));
      await this.showPanel();
    }
  }

  /** Asks for the key of the server that is set; a question that failed for want of it is asked again. */
  async setServerKey(): Promise<void> {
    try {
      if (await askServerKey(chosenAddress(this.config.server.url), this.serverKeys)) await this.#resumeFailed(/^serverKeyRefused$/);
    } catch (thrown) {
      this.panel.showNotice(toLemmaError(thrown));
      await this.showPanel();
    }
  }

  /** A question that failed for want of what has just been chosen is asked again by itself. @param codes of such errors */
  async #resumeFailed(codes: RegExp): Promise<void> {
    const { turns = [] } = this.conversations.current ?? {};
    const last = turns.at(-1);
    if (last?.end?.kind !== 'failed' || !codes.test(last.end.error.code)) return;
    // While a model comes, several questions may be asked.
    const first = waitsForModel(last) ? turns.findLastIndex((turn) => !waitsForModel(turn)) + 1 : turns.length - 1;
    const ids = turns.slice(first).map(({ question }) => question.id);
    for (const id of ids) this.panel.clearNotes(id);
    await Promise.all(ids.map((id) => this.turns.resume(id, 'continue')));
  }

  /** Frees the memory at once; the next question loads the model again. A reply that is written is stopped first. */
  async unloadModel(): Promise<void> {
    await Promise.all([this.turns.settle('stopped'), this.replies.settle()]);
    await this.model.unload();
  }

  /** How the loaded model really runs, in an editor. */
  async showModelDetails(): Promise<void> {
    const { state } = this.model;
    const text = 'info' in state ? [...modelDetails(state.info), '', JSON.stringify(state.info, null, 2)].join('\n') : modelStatus(state);
    await this.#texts.open(vscode.l10n.t('How the model runs'), text);
  }

  /** @param turn the one that the engine's end cut off; it can be continued afterwards */
  async restartEngine(turn?: Turn): Promise<void> {
    // One that hangs ends with its process.
    await Promise.race([
      Promise.all([this.turns.settle('stopped'), this.replies.settle()]),
      new Promise((resolve) => setTimeout(resolve, settleMs)),
    ]);
    try {
      await this.model.restart();
      this.panel.showNotice(undefined);
      if (turn?.end?.kind === 'failed') this.panel.note(turn.question.id, { note: restartedNote(turn) });
    } catch (thrown) {
      this.panel.showNotice(toLemmaError(thrown));
      await this.showPanel();
    }
  }

  async openSettings(query: string): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openSettings', query);
  }

  /** From now on tabs that an extension host has left behind are replaced. */
  watchTabs(): void {
    this.#disposables.add(this.tab.watchOrphans());
  }

  /** Opens what was set aside of a conversation that is damaged, as far as it is text. */
  async showUnreadable(): Promise<void> {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(this.#unreadable));
  }

  /** Stops what runs, writes what waits and ends the inference process. */
  async close(): Promise<void> {
    clearTimeout(this.#selectionTimer);
    await Promise.all([this.turns.settle('interrupted'), this.replies.settle()]);
    await Promise.all([this.conversations.close(), this.#backends.dispose(), this.downloads.close()]);
    this.#disposables.dispose();
  }

  #wire(statusBar: StatusBar): void {
    const keep = this.#disposables;
    for (const surface of [this.view, this.tab])
      keep.add(surface.onDidReceive((message) => this.#handle(handlePanelMessage(this, message))));
    keep.add(this.model.onDidChange((state) => statusBar.show(state)));
    keep.add(this.model.onDidRevive(() => this.#engineRevived()));
    keep.add(this.model.onDidFallSilent((silentMs) => this.#engineSilent(silentMs)));
    keep.add(this.downloads.onDidChangeRunning((running) => statusBar.showDownloads(running)));
    keep.add(this.model.onDidChange((state) => this.#notices.look(state)));
    this.panel.setFonts(this.config.panelFonts);
    keep.add(this.config.onDidChangeFonts(() => this.panel.setFonts(this.config.panelFonts)));
    this.#showThinking();
    this.panel.showSamples(this.samples.offer);
    keep.add(this.samples.onDidChange((offer) => this.panel.showSamples(offer)));
    keep.add(this.config.onDidChangeSamples(() => this.samples.settingChanged()));
    keep.add(this.thinking.onDidChange(() => this.#showThinking()));
    keep.add(this.model.onDidChange(() => this.#showThinking()));
    keep.add(this.config.onDidChangeThinking(() => this.thinking.settingChanged()));
    keep.add(this.answers.onDidEdit(({ turnId }) => this.#putBack(turnId)));
    keep.add(this.edits.onDidDecide(({ turnId, outcome }) => outcome === 'accepted' && this.#putBack(turnId)));
    keep.add(this.config.onDidChangeModel(() => this.#modelSettingsChanged()));
    keep.add(
      this.conversations.onDidAppend(({ event }) => {
        this.#updateContext();
        this.walkthrough.see(event, 'turnId' in event ? turnById(this.conversations.current, event.turnId) : undefined);
        const unanswered = event.type === 'ended' && event.end.kind === 'failed' && event.end.error.code === 'modelNotChosen';
        // Whoever asks without a model is led to one, once; the question waits. One that is on its way is chosen already.
        const onItsWay = this.models.pending || this.downloads.running.length > 0;
        if (unanswered && !onItsWay) this.#handle(this.chooseModel());
      }),
    );
    keep.add(this.conversations.onDidSwitch(() => this.#updateContext()));
    keep.add(this.conversations.onDidFail((error) => this.panel.showUnsaved(error)));
    keep.add(
      this.conversations.onDidNotRead((error) => {
        if ('path' in error) this.#unreadable = error.path;
        this.panel.showNotice(error);
        const elsewhere = error.code === 'conversationElsewhere' ? this.panel.notice : undefined;
        if (elsewhere) keep.add(this.conversations.onDidSwitch(() => this.panel.notice === elsewhere && this.panel.showNotice(undefined)));
      }),
    );
    keep.add(vscode.window.onDidChangeActiveTextEditor(() => this.#offerSelectionSoon()));
    keep.add(vscode.window.onDidChangeTextEditorSelection(() => this.#offerSelectionSoon()));
    statusBar.show(this.model.state);
    if (this.model.state.kind !== 'notChosen') this.walkthrough.complete('chooseModel');
    this.#offerSelectionSoon();
  }

  /** An answer is in its file. */
  #putBack(turnId: string): void {
    this.walkthrough.complete('putBack');
    this.#handle(this.tests.offer(turnId));
  }

  /** The turn that the engine's end cut off can go on. */
  #engineRevived(): void {
    const turn = lastTurn(this.conversations.current);
    if (turn?.end?.kind === 'failed' && turn.end.error.code === 'engineCrashed')
      this.panel.note(turn.question.id, { note: restartedNote(turn) });
  }

  #engineSilent(silentMs: number | undefined): void {
    if (silentMs !== undefined) {
      this.log.warn(`The engine has said nothing for ${Math.round(silentMs)} ms.`);
      this.panel.showNotice({ code: 'engineSilent', seconds: Math.round(silentMs / 1000) });
      this.#silenceShown = this.panel.notice;
    } else if (this.#silenceShown !== undefined && this.panel.notice === this.#silenceShown) {
      this.panel.showNotice(undefined);
    }
  }

  /** A model that is not loaded yet may think. */
  #showThinking(): void {
    const { state } = this.model;
    const thoughtless = 'info' in state && !thinks(state.info.profile);
    this.panel.showThinking(thoughtless ? undefined : this.thinking.offer);
  }

  /** A model that another window has chosen, or fetched, answers the question that waits in this one. */
  #modelSettingsChanged(): void {
    this.model.settingsChanged();
    if (this.model.state.kind !== 'notChosen') this.walkthrough.complete('chooseModel');
    if (this.config.model.modelPath !== undefined) this.#handle(this.#resumeFailed(/^modelNotChosen$/));
  }

  /** Context keys for the manifest's `when` clauses; set only when they change, since deltas come hundreds of times a second. */
  #updateContext(): void {
    const turn = lastTurn(this.conversations.current);
    const running = isRunning(this.conversations.current);
    const hasAnswer = turn !== undefined && turn.answer !== '';
    if (this.#context === `${running} ${hasAnswer}`) return;
    this.#context = `${running} ${hasAnswer}`;
    void vscode.commands.executeCommand('setContext', 'lemma.running', running);
    void vscode.commands.executeCommand('setContext', 'lemma.hasAnswer', hasAnswer);
  }

  #offerSelectionSoon(): void {
    clearTimeout(this.#selectionTimer);
    this.#selectionTimer = setTimeout(() => {
      // Focus in the panel leaves no active editor; the chip then stays on what was selected before.
      const editor = vscode.window.activeTextEditor;
      if (editor || vscode.window.visibleTextEditors.length === 0) this.questions.offer(editor);
    }, selectionRestMs);
  }

  /** A handler that fails is a defect; the user still gets a sentence and the log the details. */
  #handle(work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      this.log.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
      this.panel.showNotice(toLemmaError(thrown));
    });
  }
}
