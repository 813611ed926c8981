using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Runs a token set through a model, plain, spliced and ablated, and adds up what is measured.</summary>
/// <remarks>
/// The set is read twice: first for the means that variances are centred on and that ablation puts in place, then for all
/// else.
/// </remarks>
sealed class MeasuringRuns
{
    const int LogitsAtOnce = 1 << 26, PositionsAtOnce = 4096; // of two runs: 512 MiB at most

    readonly Splice _splice;
    readonly IReadOnlyList<IReadOnlyList<int>> _prompts;
    readonly Func<int, bool> _isSpecial;
    readonly bool _countsSpecial;
    readonly double[][] _means;
    readonly PromptGroups<SiteSums>[] _sites, _sitesOfAll;
    readonly PromptGroups<LatentSums>[] _latents, _latentsOfAll;
    readonly PromptGroups<LossSums> _losses = new(() => new LossSums());
    long _tokens, _special;

    /// <exception cref="InputException">There is no prompt.</exception>
    public MeasuringRuns(
        Splice splice, IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, bool> isSpecial, bool countsSpecial)
    {
        if (prompts.Count == 0)
            throw new InputException("measuring a dictionary needs a prompt; give a text");
        (_splice, _prompts, _isSpecial, _countsSpecial) = (splice, prompts, isSpecial, countsSpecial);
        _means = [.. splice.Dictionary.Outputs.Select(site => new double[site.Width])];
        (_sites, _sitesOfAll) = (SiteGroups(), SiteGroups());
        (_latents, _latentsOfAll) = (LatentGroups(), LatentGroups());

        PromptGroups<SiteSums>[] SiteGroups() =>
            [.. _means.Select(mean => new PromptGroups<SiteSums>(() => new SiteSums(mean)))];
        PromptGroups<LatentSums>[] LatentGroups() => [.. splice.Dictionary.Coders
            .Select(coder => new PromptGroups<LatentSums>(() => new LatentSums(coder.Config.NLatents)))];
    }

    /// <summary>Finds the mean of every written site over the tokens that are measured.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public void FindMeans()
    {
        long count = 0;
        foreach (TokenBatch batch in Batches())
        {
            using Run plain = _splice.RunPlain(batch);
            for (int site = 0; site < _means.Length; site++)
                AddUp(plain[_splice.Writes[site]], Rows(batch), _means[site]);
            count += Rows(batch).Count();
        }
        if (count == 0)
            throw new InputException("all tokens are special ones, which are left out; give a text");
        foreach (double[] mean in _means)
            for (int i = 0; i < mean.Length; i++)
                mean[i] /= count;
    }

    /// <summary>Adds up what is measured.</summary>
    /// <param name="losses">Whether spliced and ablated runs are made.</param>
    public void Accumulate(bool losses)
    {
        foreach (TokenBatch batch in Batches())
        {
            using Run plain = _splice.RunPlain(batch);
            IReadOnlyList<Tensor> inputs = _splice.Inputs(plain);
            SparseLatents[] latents = [.. _splice.Dictionary.Coders.Select((coder, c) => coder.EncodeSparse(inputs[c]))];
            IReadOnlyList<Tensor> outputs = _splice.Dictionary.Decode(latents, inputs);
            AddLatents(batch, latents);
            for (int site = 0; site < outputs.Count; site++)
                AddSite(batch, site, plain[_splice.Writes[site]], outputs[site]);
            if (losses)
                AddLosses(batch, plain, outputs);
            foreach (Tensor tensor in outputs.Concat(inputs))
                tensor.Dispose();
            _tokens += batch.Lengths.ToArray().Sum();
            _special += Rows(batch, all: true).Count(row => _isSpecial(batch.Ids[row]));
        }
    }

    public DictionaryMeasures Finish() => new(
        _prompts.Count, _tokens, _special, _countsSpecial,
        [.. _latents.Select((groups, i) => LatentSums.Measure(_splice.Reads[i], groups))],
        [.. _sites.Select((groups, i) => SiteSums.Measure(_splice.Writes[i], groups))],
        [.. _latentsOfAll.Select((groups, i) => LatentSums.Measure(_splice.Reads[i], groups))],
        [.. _sitesOfAll.Select((groups, i) => SiteSums.Measure(_splice.Writes[i], groups))],
        _losses.Total.Count > 0 ? LossSums.Measure(_losses) : []);

    IEnumerable<TokenBatch> Batches()
    {
        int most = Math.Clamp(LogitsAtOnce / _splice.Model.Config.DVocab, 1, PositionsAtOnce), longest = 0;
        List<IReadOnlyList<int>> next = [];
        foreach (IReadOnlyList<int> prompt in _prompts)
        {
            longest = Math.Max(longest, prompt.Count);
            if (next.Count > 0 && longest * (next.Count + 1) > most)
            {
                yield return new TokenBatch(next);
                (next, longest) = ([], prompt.Count);
            }
            next.Add(prompt);
        }
        yield return new TokenBatch(next);
    }

    void AddLatents(TokenBatch batch, SparseLatents[] latents)
    {
        for (int c = 0; c < _latents.Length; c++)
            for (int prompt = 0; prompt < batch.Count; prompt++)
            {
                (LatentSums counted, LatentSums all) = (_latents[c].OfNextPrompt(), _latentsOfAll[c].OfNextPrompt());
                foreach (int row in RowsOf(batch, prompt, all: true))
                {
                    all.Add(latents[c].LatentsOf(row));
                    if (IsCounted(batch.Ids[row]))
                        counted.Add(latents[c].LatentsOf(row));
                }
            }
    }

    void AddSite(TokenBatch batch, int site, Tensor actual, Tensor reconstructed)
    {
        int width = _means[site].Length;
        for (int prompt = 0; prompt < batch.Count; prompt++)
        {
            (SiteSums counted, SiteSums all) = (_sites[site].OfNextPrompt(), _sitesOfAll[site].OfNextPrompt());
            foreach (int row in RowsOf(batch, prompt, all: true))
            {
                ReadOnlySpan<float> y = actual.Data.Slice(row * width, width),
                    made = reconstructed.Data.Slice(row * width, width);
                all.Add(y, made);
                if (IsCounted(batch.Ids[row]))
                    counted.Add(y, made);
            }
        }
    }

    void AddLosses(TokenBatch batch, Run plain, IReadOnlyList<Tensor> outputs)
    {
        int[] targets = Targets(batch);
        LossSums[] groups = [.. Enumerable.Range(0, batch.Count).Select(_ => _losses.OfNextPrompt())];
        Splice splice = _countsSpecial ? _splice : _splice.Keeping(_isSpecial);
        foreach (InPlace what in Enum.GetValues<InPlace>())
        {
            using Run? other = what switch
            {
                InPlace.Model => null,
                InPlace.Dictionary => splice.Run(batch),
                InPlace.DictionaryAndErrors => splice.Run(batch, plain, outputs),
                InPlace.Zeros => splice.RunFilled(batch, [.. _means.Select(mean => new float[mean.Length])]),
                _ => splice.RunFilled(batch, [.. _means.Select(mean => (float[])[.. mean.Select(value => (float)value)])]),
            };
            Run run = other ?? plain;
            using Tensor crossEntropy = Ops.CrossEntropyOfRows(run.Logits, targets);
            using Tensor? divergence = other is null ? null : Ops.KullbackLeiblerOfRows(plain.Logits, run.Logits);
            for (int row = 0; row < targets.Length; row++)
                if (targets[row] >= 0)
                    groups[row / batch.Positions].Add(what, crossEntropy.Data[row], divergence?.Data[row] ?? 0);
        }
    }

    // The next token of every position that is measured and has one.
    int[] Targets(TokenBatch tokens)
    {
        int[] targets = new int[tokens.Count * tokens.Positions];
        Array.Fill(targets, -1);
        for (int prompt = 0; prompt < tokens.Count; prompt++)
            for (int p = 0; p + 1 < tokens.Lengths[prompt]; p++)
                if (IsCounted(tokens.Prompt(prompt)[p]))
                    targets[(prompt * tokens.Positions) + p] = tokens.Prompt(prompt)[p + 1];
        return targets;
    }

    bool IsCounted(int token) => _countsSpecial || !_isSpecial(token);

    // Padding is no token.
    IEnumerable<int> Rows(TokenBatch tokens, bool all = false) =>
        Enumerable.Range(0, tokens.Count).SelectMany(prompt => RowsOf(tokens, prompt, all));

    IEnumerable<int> RowsOf(TokenBatch tokens, int prompt, bool all)
    {
        for (int p = 0; p < tokens.Lengths[prompt]; p++)
            if (all || IsCounted(tokens.Prompt(prompt)[p]))
                yield return (prompt * tokens.Positions) + p;
    }

    static void AddUp(Tensor activation, IEnumerable<int> rows, double[] sums)
    {
        foreach (int row in rows)
        {
            ReadOnlySpan<float> values = activation.Data.Slice(row * sums.Length, sums.Length);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += values[i];
        }
    }
}
