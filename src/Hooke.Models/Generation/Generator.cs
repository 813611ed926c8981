using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Adds tokens to a batch of prompts, one position each at a time, with the keys and values of all before kept.
/// </summary>
internal sealed class Generator
{
    readonly Model _model;
    readonly TokenBatch _prompts;
    readonly Generation _how;
    readonly Plan _plan;
    readonly IReadOnlyDictionary<string, Recording> _sources;
    readonly TokenChoice _choice;

    public Generator(
        Model model, TokenBatch prompts, Generation how, Plan plan, IReadOnlyDictionary<string, Recording> sources)
    {
        how.Require();
        _plan = new GenerationPlan(model.Config, prompts, how.MaxNewTokens, sources).Resolve(plan);
        (_model, _prompts, _how, _sources, _choice) = (model, prompts, how, sources, new TokenChoice(how));
    }

    /// <summary>New tokens as they come, step by step and within a step prompt by prompt.</summary>
    public IEnumerable<NewToken> Run()
    {
        List<int>[] sequences = [.. Enumerable.Range(0, _prompts.Count).Select(b => _prompts.Prompt(b).ToArray().ToList())];
        HashSet<int> stops = [.. _how.StopTokens ?? _model.StopTokens];
        using KeyValues past = new(_model.Config, _prompts.Count, _prompts.Positions + _how.MaxNewTokens);
        TokenBatch tokens = _prompts;
        Stretch stretch = Stretch.Whole(_prompts);
        bool[] ended = new bool[_prompts.Count];
        for (int step = 0; step < _how.MaxNewTokens && !ended.All(e => e); step++)
        {
            NewToken[] added = Next(new Pass(tokens, stretch, _plan.LastLogitsOnly, past), sequences, ended, step);
            foreach (NewToken token in added)
            {
                sequences[token.Prompt].Add(token.Token);
                ended[token.Prompt] = stops.Contains(token.Token);
                yield return token;
            }
            // A sequence that has ended stays as it is; computing its last position once more changes nothing.
            tokens = new TokenBatch(sequences);
            stretch = Stretch.Last(tokens);
        }
    }

    NewToken[] Next(Pass pass, List<int>[] sequences, bool[] ended, int step)
    {
        using Hooks hooks = new(_plan, pass, _sources);
        using Tensor logits = _model.Transformer.Run(pass, hooks);
        using Recording nothing = hooks.Recording;
        int width = logits.Shape[^1];
        int[] rows = pass.LastOnly ? [.. Enumerable.Range(0, sequences.Length)] : pass.Stretch.LastRows(pass.Tokens);
        List<NewToken> added = [];
        for (int b = 0; b < sequences.Length; b++)
        {
            if (ended[b])
                continue;
            ReadOnlySpan<float> row = logits.Data.Slice(rows[b] * width, width);
            int token = _choice.Of(row, sequences[b], b, step);
            added.Add(new NewToken(b, step, token, row[token]));
        }
        return [.. added];
    }
}
