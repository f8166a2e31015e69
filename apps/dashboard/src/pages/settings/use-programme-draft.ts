import type { SettingsResponse } from '@loyalnest/contracts/rest/points';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { useState } from 'react';
import { toProblem, type Problem } from '../../api/problem.ts';
import { useSaveSettings } from '../../api/programme.ts';
import { fromDraft, serverIssues, toDraft, type Draft, type Issues } from './draft.ts';

type Conflict = { mine: ProgrammeSettings; theirs: SettingsResponse };

/** What a person is changing, the version they started from, and what stands in the way of saving it. */
export function useProgrammeDraft(newest: SettingsResponse, locale: string) {
  const [base, setBase] = useState(newest);
  const [draft, setDraft] = useState(() => toDraft(newest.settings, locale));
  const [conflict, setConflict] = useState<Conflict>();
  const [refused, setRefused] = useState<Problem>();
  const saving = useSaveSettings();
  const isDirty = JSON.stringify(draft) !== JSON.stringify(toDraft(base.settings, locale));

  const startFrom = (version: SettingsResponse) => {
    setBase(version);
    setDraft(toDraft(version.settings, locale));
    setConflict(undefined);
    setRefused(undefined);
  };
  // Whoever has changed nothing sees what others save; whoever has, learns of it on saving.
  if (newest.version > base.version && !isDirty && !conflict) startFrom(newest);

  const result = fromDraft(draft, locale);
  const refusedIssues = refused?.code === 'invalid-request' ? serverIssues(refused.details) : {};
  const issues: Issues = result.outcome === 'issues' ? { ...refusedIssues, ...result.issues } : refusedIssues;

  const send = async (version: number, settings: ProgrammeSettings): Promise<boolean> => {
    try {
      startFrom(await saving.mutateAsync({ version, settings }));
      return true;
    } catch (error) {
      const problem = toProblem(error);
      const current = problem.code === 'settings-conflict' ? problem.details['current'] : undefined;
      if (current) setConflict({ mine: settings, theirs: current as SettingsResponse });
      else setRefused(problem);
      return false;
    }
  };

  return {
    base,
    draft,
    isDirty,
    isSaving: saving.isPending,
    issues,
    /** What the draft means, while it is valid. */
    settings: result.outcome === 'settings' ? result.settings : undefined,
    conflict,
    refused,
    change: (change: (draft: Draft) => Draft) => {
      setRefused(undefined);
      setDraft(change);
    },
    discard: () => startFrom(base),
    save: () => (result.outcome === 'settings' ? send(base.version, result.settings) : Promise.resolve(false)),
    /** Takes what the other person saved, and leaves it at that. */
    takeTheirs: () => conflict && startFrom(conflict.theirs),
    /** Saves over what the other person saved. */
    saveOver: (settings: ProgrammeSettings) =>
      conflict ? send(conflict.theirs.version, settings) : Promise.resolve(false),
    /** Back to editing; saving leads here again. */
    closeConflict: () => setConflict(undefined),
  };
}

export type ProgrammeDraft = ReturnType<typeof useProgrammeDraft>;
