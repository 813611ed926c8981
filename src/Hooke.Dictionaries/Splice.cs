using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Runs a model with what a dictionary makes of its activations in their place.</summary>
/// <remarks>
/// Sites are replaced in the order in which they are written: each coder reads a run in which the sites before its own
/// are replaced
/// already. With error terms, what the dictionary misses on the plain run is added, so that nothing but an intervention
/// changes anything.
/// </remarks>
public sealed class Splice
{
    const string Spliced = "spliced";

    readonly Model _model;
    readonly CoderSet _dictionary;
    readonly Address[] _reads, _writes;

    /// <summary>A dictionary at the sites of a model that it names, or that are given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="reads">A site to read in place of the one coder's own, or null.</param>
    /// <param name="writes">A site to write in place of the one coder's own, or null for what is read if that is given.</param>
    /// <exception cref="InputException">
    /// A site is not named, not one of Hooke's, not in the model, or of another width; or sites are given for a set.
    /// </exception>
    public Splice(Model model, CoderSet dictionary, string? reads = null, string? writes = null)
    {
        if ((reads ?? writes) is not null && (dictionary.Coders.Count > 1 || dictionary.Outputs.Count > 1))
            throw new InputException("sites can be given for a dictionary of one coder that writes one site; a set names "
                + "its own");
        if (dictionary.Coders.Any(coder => coder.Config.Inputs.Count > 1))
            throw new InputException("a crosscoder reads several models or layers at once and cannot be spliced into one site");
        (_model, _dictionary) = (model, dictionary);
        _reads = [.. dictionary.Coders.Select(coder => AddressOf(reads ?? coder.Config.Inputs[0].Name, "reads"))];
        _writes = [.. dictionary.Outputs.Select(site => AddressOf(writes ?? reads ?? site.Name, "writes"))];
        RequireWidths();
    }

    /// <summary>What each coder reads.</summary>
    public IReadOnlyList<Address> Reads => _reads;

    /// <summary>What is replaced, in the order of <see cref="CoderSet.Outputs"/>.</summary>
    public IReadOnlyList<Address> Writes => _writes;

    /// <summary>A run with every written site replaced.</summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="withErrors">Whether what the dictionary misses on the plain run is added.</param>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public Run Run(TokenBatch tokens, bool withErrors = false)
    {
        using Run plain = _model.Run(tokens, new Plan { Record = [.. _reads.Concat(_writes).Distinct()] });
        IReadOnlyList<Tensor> expected = withErrors ? Reconstruct(plain) : [];
        using Recording replaced = new(tokens);
        Dictionary<string, Recording> sources = new() { [Spliced] = replaced };
        for (int site = 0; site < _writes.Length; site++)
        {
            using Run before = _model.Run(tokens, Replacing(site, _reads), sources);
            IReadOnlyList<Tensor> outputs = Reconstruct(before);
            Tensor output = outputs[site];
            if (withErrors)
                AddError(output, plain[_writes[site]], expected[site]);
            replaced.Set(_writes[site], output);
            foreach (Tensor other in outputs.Where((_, i) => i != site))
                other.Dispose();
        }
        foreach (Tensor tensor in expected)
            tensor.Dispose();
        return _model.Run(tokens, Replacing(_writes.Length, []), sources);
    }

    /// <summary>How well the dictionary stands in for the model on some prompts.</summary>
    /// <exception cref="InputException">A prompt is too long for the model, or none has two tokens.</exception>
    public SpliceMeasures Measure(TokenBatch tokens)
    {
        int[] targets = Targets(tokens);
        using Run plain = _model.Run(tokens, new Plan { Record = [.. _reads.Concat(_writes).Distinct()] });
        using Run spliced = Run(tokens);
        using Run ablated = _model.Run(tokens, new Plan { Interventions = [.. _writes.Select(at => new ZeroAblate(at))] });
        IReadOnlyList<Tensor> outputs = Reconstruct(plain);
        double[] l0 = [.. _dictionary.Coders.Select((coder, i) => MeanActive(coder, plain[_reads[i]], tokens))];
        double[] fvu = [.. outputs.Select((output, i) => UnexplainedShare(plain[_writes[i]], output, tokens))];
        foreach (Tensor output in outputs)
            output.Dispose();
        return new SpliceMeasures(tokens.Lengths.ToArray().Sum(), targets.Count(target => target >= 0), l0, fvu,
            CrossEntropy(plain, targets), CrossEntropy(spliced, targets), CrossEntropy(ablated, targets));
    }

    Plan Replacing(int sites, IReadOnlyList<Address> record) => new()
    {
        Record = [.. record.Distinct()],
        Interventions = [.. _writes.Take(sites).Select(at => new Patch(at, Spliced))],
    };

    IReadOnlyList<Tensor> Reconstruct(Run run) => _dictionary.Reconstruct([.. _reads.Select(at => run[at])]);

    static void AddError(Tensor output, Tensor actual, Tensor expected)
    {
        Span<float> values = output.Data;
        ReadOnlySpan<float> wrote = actual.Data, said = expected.Data;
        for (int i = 0; i < values.Length; i++)
            values[i] = values[i] == said[i] ? wrote[i] : values[i] + (wrote[i] - said[i]);
    }

    static double CrossEntropy(Run run, int[] targets)
    {
        using Tensor loss = Ops.CrossEntropy(run.Logits, targets);
        return loss.Data[0];
    }

    // The next token of every position that has one.
    static int[] Targets(TokenBatch tokens)
    {
        int[] targets = new int[tokens.Count * tokens.Positions];
        Array.Fill(targets, -1);
        for (int prompt = 0; prompt < tokens.Count; prompt++)
            for (int p = 0; p + 1 < tokens.Lengths[prompt]; p++)
                targets[(prompt * tokens.Positions) + p] = tokens.Prompt(prompt)[p + 1];
        return targets.Any(target => target >= 0) ? targets
            : throw new InputException("no prompt has two tokens, so that there is no next token to predict; give a longer text");
    }

    static double MeanActive(SparseCoder coder, Tensor x, TokenBatch tokens)
    {
        SparseLatents latents = coder.EncodeSparse(x);
        long active = Rows(tokens).Sum(row => (long)latents.LatentsOf(row).Length);
        return active / (double)Rows(tokens).Count();
    }

    // Σ ‖y − ŷ‖² / Σ ‖y − ȳ‖², ȳ the mean over all tokens.
    static double UnexplainedShare(Tensor actual, Tensor found, TokenBatch tokens)
    {
        int width = actual.Shape.Count / (tokens.Count * tokens.Positions), count = Rows(tokens).Count();
        double[] means = new double[width];
        foreach (int row in Rows(tokens))
            for (int i = 0; i < width; i++)
                means[i] += actual.Data[(row * width) + i];
        double missed = 0, total = 0;
        foreach (int row in Rows(tokens))
            for (int i = 0; i < width; i++)
            {
                double y = actual.Data[(row * width) + i], residual = y - found.Data[(row * width) + i],
                    spread = y - (means[i] / count);
                missed += residual * residual;
                total += spread * spread;
            }
        return total > 0 ? missed / total : missed > 0 ? double.PositiveInfinity : 0;
    }

    // Padding is no token.
    static IEnumerable<int> Rows(TokenBatch tokens)
    {
        for (int prompt = 0; prompt < tokens.Count; prompt++)
            for (int p = 0; p < tokens.Lengths[prompt]; p++)
                yield return (prompt * tokens.Positions) + p;
    }

    static Address AddressOf(string? site, string what) => site is null
        ? throw new InputException($"the dictionary's files do not name the site that it {what}; give one, such as "
        + "blocks.3.hook_resid_post")
        : Address.Parse(site).Whole;

    // By a run of one token: what a site's width is, the model knows best.
    void RequireWidths()
    {
        using Run run = _model.Run(new TokenBatch([[0]]), new Plan { Record = [.. _reads.Concat(_writes).Distinct()] });
        for (int i = 0; i < _reads.Length; i++)
            Require(_reads[i], run[_reads[i]].Shape, _dictionary.Coders[i].Config.DIn, "reads");
        for (int i = 0; i < _writes.Length; i++)
            Require(_writes[i], run[_writes[i]].Shape, _dictionary.Outputs[i].Width, "writes");
    }

    static void Require(Address at, Shape shape, int width, string what)
    {
        if (shape.Count != width) // one prompt, one token: all that is left is what the site holds
            throw new InputException($"the dictionary {what} {width} numbers, but {at} of this model holds {shape.Count}; "
                + "it belongs to another model or site");
    }
}

/// <summary>How well a dictionary stands in for a model's activations.</summary>
/// <param name="Tokens">How many tokens were encoded.</param>
/// <param name="Predictions">How many next tokens were predicted.</param>
/// <param name="L0">Mean number of active latents of a token, coder by coder.</param>
/// <param name="Fvu">Fraction of variance unexplained at each written site, centred on the mean over all tokens.</param>
/// <param name="CrossEntropy">Of the model as it is, in nats per token.</param>
/// <param name="SplicedCrossEntropy">With the dictionary in place of the sites, without error terms.</param>
/// <param name="AblatedCrossEntropy">With zeros in place of the sites.</param>
public sealed record SpliceMeasures(
    int Tokens, int Predictions, IReadOnlyList<double> L0, IReadOnlyList<double> Fvu,
    double CrossEntropy, double SplicedCrossEntropy, double AblatedCrossEntropy)
{
    /// <summary>(ablated − spliced) / (ablated − model): 1 where nothing is lost, 0 where zeros do as well.</summary>
    public double Recovered => (AblatedCrossEntropy - SplicedCrossEntropy) / (AblatedCrossEntropy - CrossEntropy);

    /// <summary>Whether it explains anything at every site: the mean of all tokens would explain nothing.</summary>
    public bool Belongs => Fvu.All(share => share < 1);
}
