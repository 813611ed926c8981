using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Runs a model with what a dictionary makes of its activations in their place.</summary>
/// <remarks>
/// All sites are replaced in one pass: each coder reads what the pass has made of its site, with the sites before it
/// replaced already. With error terms, what the dictionary misses on the plain run is added, so that nothing but an
/// intervention changes anything.
/// </remarks>
public sealed class Splice
{
    readonly NamedSite[] _reads;
    readonly Address[] _writes;

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
        (Model, Dictionary) = (model, dictionary);
        _reads = [.. dictionary.Coders.Select(coder => SiteOf(reads ?? coder.Config.Inputs[0].Name, "reads"))];
        _writes = [.. dictionary.Outputs.Select(site => WrittenOf(SiteOf(writes ?? reads ?? site.Name, "writes")))];
        RequireWidths();
    }

    Splice(Splice other, Func<int, bool> isKept) => (Model, Dictionary, _reads, _writes, IsKept) =
        (other.Model, other.Dictionary, other._reads, other._writes, isKept);

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The dictionary.</summary>
    public CoderSet Dictionary { get; }

    /// <summary>What each coder reads.</summary>
    public IReadOnlyList<Address> Reads => [.. _reads.Select(site => site.At)];

    /// <summary>What is replaced, in the order of <see cref="CoderSet.Outputs"/>.</summary>
    public IReadOnlyList<Address> Writes => _writes;

    /// <summary>Tokens at whose positions a model keeps what it has itself: special ones, which few dictionaries know.</summary>
    public Func<int, bool> IsKept { get; } = _ => false;

    /// <summary>The same splice, keeping other tokens.</summary>
    /// <param name="isKept">Which.</param>
    public Splice Keeping(Func<int, bool> isKept) => new(this, isKept);

    /// <summary>A plain run that records all that the dictionary reads and writes.</summary>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public Run RunPlain(TokenBatch tokens) => Model.Run(tokens, new Plan { Record = [.. Reads.Concat(_writes).Distinct()] });

    /// <summary>What each coder reads of a run that recorded it.</summary>
    public IReadOnlyList<Tensor> Inputs(Run run) => [.. _reads.Select(site => site.Read(Model, run[site.At]))];

    /// <summary>What the dictionary makes of a run: an activation for each site that is written.</summary>
    public IReadOnlyList<Tensor> Reconstruct(Run run)
    {
        IReadOnlyList<Tensor> inputs = Inputs(run), outputs = Dictionary.Reconstruct(inputs);
        foreach (Tensor input in inputs)
            input.Dispose();
        return outputs;
    }

    /// <summary>A run with every written site replaced.</summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="withErrors">Whether what the dictionary misses on the plain run is added.</param>
    /// <exception cref="InputException">A prompt is too long, or a site is written before it can be read.</exception>
    public Run Run(TokenBatch tokens, bool withErrors = false)
    {
        if (!withErrors)
            return Run(tokens, null, []);
        using Run plain = RunPlain(tokens);
        IReadOnlyList<Tensor> expected = Reconstruct(plain);
        Run run = Run(tokens, plain, expected);
        foreach (Tensor tensor in expected)
            tensor.Dispose();
        return run;
    }

    /// <summary>A run with every site replaced, and what was missed on a plain run added where one is given.</summary>
    internal Run Run(TokenBatch tokens, Run? plain, IReadOnlyList<Tensor> expected)
    {
        using Pending pending = new(Model, Dictionary, _reads);
        return Model.RunSubstituting(tokens, [.. _writes.Select((at, site) =>
            new Substitution(at, pending.ReadFor(site), (recording, value) =>
            {
                Tensor output = pending.Output(site, at, recording, value);
                if (plain is not null)
                    AddError(output, plain[at], expected[site]);
                Keep(output, value, tokens);
                return output;
            }))]);
    }

    /// <summary>A run with one activation at every position of each written site: zeros, or the means.</summary>
    internal Run RunFilled(TokenBatch tokens, IReadOnlyList<float[]> activations) =>
        Model.RunSubstituting(tokens, [.. _writes.Select((at, site) => new Substitution(at, [], (_, value) =>
        {
            Tensor output = Tensor.Zeros(value.Shape);
            for (int start = 0; start < output.Shape.Count; start += activations[site].Length)
                activations[site].CopyTo(output.Data[start..]);
            Keep(output, value, tokens);
            return output;
        }))]);

    static void AddError(Tensor output, Tensor actual, Tensor expected)
    {
        Span<float> values = output.Data;
        ReadOnlySpan<float> wrote = actual.Data, said = expected.Data;
        for (int i = 0; i < values.Length; i++)
            values[i] = values[i] == said[i] ? wrote[i] : values[i] + (wrote[i] - said[i]);
    }

    void Keep(Tensor output, Tensor value, TokenBatch tokens)
    {
        int width = output.Shape.Count / (tokens.Count * tokens.Positions);
        for (int prompt = 0; prompt < tokens.Count; prompt++)
            for (int p = 0; p < tokens.Lengths[prompt]; p++)
                if (IsKept(tokens.Prompt(prompt)[p]))
                {
                    int at = ((prompt * tokens.Positions) + p) * width;
                    value.Data.Slice(at, width).CopyTo(output.Data[at..]);
                }
    }

    NamedSite SiteOf(string? site, string what) => site is null
        ? throw new InputException($"the dictionary's files do not name the site that it {what}; give one, such as "
        + "blocks.3.hook_resid_post")
        : NamedSite.Parse(site, Model.Config);

    static Address WrittenOf(NamedSite site) => !site.IsPastGain ? site.At
        : throw new InputException($"what a norm gives past its gain, after {site.At}, can be read but not written: "
        + "give another site to write");

    // By a run of one token: what a site's width is, the model knows best.
    void RequireWidths()
    {
        using Run run = RunPlain(new TokenBatch([[0]]));
        for (int i = 0; i < _reads.Length; i++)
            Require(_reads[i].At, run[_reads[i].At].Shape, Dictionary.Coders[i].Config.DIn, "reads");
        for (int i = 0; i < _writes.Length; i++)
            Require(_writes[i], run[_writes[i]].Shape, Dictionary.Outputs[i].Width, "writes");
    }

    static void Require(Address at, Shape shape, int width, string what)
    {
        if (shape.Count != width) // one prompt, one token: all that is left is what the site holds
            throw new InputException($"the dictionary {what} {width} numbers, but {at} of this model holds {shape.Count}; "
                + "it belongs to another model or site");
    }

    /// <summary>The latents of one pass, each encoded once, when what it reads is first needed.</summary>
    sealed class Pending(Model model, CoderSet dictionary, NamedSite[] reads) : IDisposable
    {
        readonly (SparseLatents Latents, Tensor Input)?[] _encoded = new (SparseLatents, Tensor)?[reads.Length];

        public IReadOnlyList<Address> ReadFor(int site) =>
            [.. dictionary.WritersOf(site).Select(writer => reads[writer.Coder].At).Distinct()];

        public Tensor Output(int site, Address at, Recording recording, Tensor value)
        {
            foreach ((int coder, _) in dictionary.WritersOf(site))
                if (_encoded[coder] is null)
                {
                    // Where a coder writes what it reads, the recording gets it only after it was replaced.
                    Tensor input = reads[coder].Read(model, reads[coder].At == at ? value : recording[reads[coder].At]);
                    _encoded[coder] = (dictionary.Coders[coder].EncodeSparse(input), input);
                }
            return dictionary.Decode(site, coder => _encoded[coder]!.Value).Reshaped(value.Shape.Sizes);
        }

        public void Dispose()
        {
            foreach ((SparseLatents, Tensor Input)? encoded in _encoded)
                encoded?.Input.Dispose();
        }
    }
}
