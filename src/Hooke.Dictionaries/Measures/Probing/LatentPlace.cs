using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>One coder at its place in a model: reads its latents, and runs the model with latents changed.</summary>
/// <remarks>What the coder misses stays as it is: only what the changed latents write is added to the activation.</remarks>
public sealed class LatentPlace
{
    const int PromptsOfARun = 64;
    const string Changed = "changed";

    readonly Splice _splice;
    readonly Address? _entry; // the residual stream into the layer that is written: nothing below it need be run again

    /// <summary>A coder at the sites that it names, or that are given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="coder">A coder that reads one site and writes one.</param>
    /// <param name="reads">A site to read in place of the coder's own, or null.</param>
    /// <param name="writes">A site to write in place of the coder's own, or null for what is read if that is given.</param>
    /// <exception cref="InputException">
    /// The coder writes several sites, or a site is not named, not in the model, or of another width.
    /// </exception>
    public LatentPlace(Model model, SparseCoder coder, string? reads = null, string? writes = null)
    {
        if (coder.Config.Outputs.Count != 1)
            throw new InputException($"a {coder.Config.Role} writes {coder.Config.Outputs.Count} sites: what its latents do "
                + "cannot be tested at one");
        _splice = new Splice(model, new CoderSet(coder), reads, writes);
        (Model, Coder, Reads, Writes) = (model, coder, _splice.Reads[0], _splice.Writes[0]);
        _entry = Writes.Layer is { } layer && Writes.Site.IsPerLayer ? Site.ResidPre.At(layer) : null;
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The coder.</summary>
    public SparseCoder Coder { get; }

    /// <summary>What the coder reads.</summary>
    public Address Reads { get; }

    /// <summary>What the coder writes.</summary>
    public Address Writes { get; }

    /// <summary>Activations and latents at one position of each prompt.</summary>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public LatentRows Rows(IReadOnlyList<IReadOnlyList<int>> prompts, IReadOnlyList<int> positions) =>
        Rows(prompts, i => [positions[i]]);

    /// <summary>Activations and latents at some positions of each prompt.</summary>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public LatentRows Rows(IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, IReadOnlyList<int>> positions)
    {
        int count = Enumerable.Range(0, prompts.Count).Sum(i => positions(i).Count), at = 0;
        Tensor read = Tensor.Zeros(count, Coder.Config.DIn), written = Tensor.Zeros(count, Coder.Config.Outputs[0].Width);
        for (int start = 0; start < prompts.Count; start += PromptsOfARun)
        {
            TokenBatch tokens = new([.. prompts.Skip(start).Take(PromptsOfARun)]);
            Address[] kept = [Reads, Writes];
            using Run run = Model.Run(tokens, new Plan { Record = [.. kept.Distinct()], LastLogitsOnly = true });
            using Tensor input = Input(run);
            for (int i = 0; i < tokens.Count; i++)
                foreach (int position in positions(start + i))
                {
                    int row = (i * tokens.Positions) + position;
                    Row(input, row, read.Shape[1]).CopyTo(Row(read, at, read.Shape[1]));
                    Row(run[Writes], row, written.Shape[1]).CopyTo(Row(written, at++, written.Shape[1]));
                }
        }
        return new LatentRows(Coder, read, written);
    }

    /// <summary>Plain runs of prompts, some at a time, kept so that variants can go on from them.</summary>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public IReadOnlyList<PlainRun> Plain(IReadOnlyList<IReadOnlyList<int>> prompts) =>
        [.. prompts.Chunk(PromptsOfARun).Select(some => Plain(new TokenBatch(some)))];

    /// <summary>A plain run.</summary>
    /// <exception cref="InputException">A prompt is too long for the model.</exception>
    public PlainRun Plain(TokenBatch tokens)
    {
        Address[] kept = _entry is null ? [Reads, Writes] : [Reads, Writes, _entry];
        Run run = Model.Run(tokens, new Plan { Record = [.. kept.Distinct()], LastLogitsOnly = true });
        return new PlainRun(Coder, run, Input(run), Model.HasTokenizer ? Model.Tokenizer.IsSpecial : _ => false);
    }

    /// <summary>The model with latents as given in place of those of a plain run; logits at the last token only.</summary>
    /// <param name="plain">The plain run.</param>
    /// <param name="before">Latents that change, [batch · pos] rows, as they were.</param>
    /// <param name="after">The same latents as they are to be.</param>
    public Run Run(PlainRun plain, SparseLatents before, SparseLatents after)
    {
        using Recording changed = Recorded(plain, before, after);
        Plan plan = new() { Interventions = [new Patch(Writes, Changed)], LastLogitsOnly = true };
        Dictionary<string, Recording> sources = new() { [Changed] = changed };
        return _entry is null
            ? Model.Run(plain.Run.Tokens, plan, sources)
            : Model.RunFrom(_entry.Layer!.Value, plain.Run[_entry], plain.Run.Tokens, plan, sources);
    }

    /// <summary>The same, with the gradient of Σ seed · logits with respect to what is written, [batch, pos, ..].</summary>
    internal (Run Run, Tensor Gradient) RunWithGradient(
        PlainRun plain, SparseLatents before, SparseLatents after, Func<Run, Tensor> seed)
    {
        using Recording changed = Recorded(plain, before, after);
        Plan plan = new() { Record = [Writes], Interventions = [new Patch(Writes, Changed)], LastLogitsOnly = true };
        (Run run, Recording gradients) = Model.RunWithGradients(
            plain.Run.Tokens, plan, seed, new Dictionary<string, Recording> { [Changed] = changed });
        using (gradients)
            return (run, gradients[Writes].Share());
    }

    Tensor Input(Run run) => _splice.Inputs(run)[0];

    Recording Recorded(PlainRun plain, SparseLatents before, SparseLatents after)
    {
        Tensor written = plain.Run[Writes];
        using Tensor shift = LatentRows.Shift(Coder, before, after, plain.Input);
        using Tensor shaped = shift.Reshape(written.Shape.Sizes);
        Recording changed = new(plain.Run.Tokens);
        changed.Set(Writes, Ops.Add(written, shaped));
        return changed;
    }

    internal static Span<float> Row(Tensor tensor, int row, int width) => tensor.Data.Slice(row * width, width);
}

/// <summary>A run without changes, and the latents at each of its positions.</summary>
public sealed class PlainRun : IDisposable
{
    internal PlainRun(SparseCoder coder, Run run, Tensor input, Func<int, bool> isSpecial)
    {
        (Run, Input) = (run, input);
        TokenBatch tokens = run.Tokens;
        Rows =
        [
            .. Enumerable.Range(0, tokens.Count * tokens.Positions).Where(row =>
                row % tokens.Positions < tokens.Lengths[row / tokens.Positions] && !isSpecial(tokens.Ids[row])),
        ];
        Latents = coder.EncodeSparse(input).Only(Rows);
    }

    /// <summary>The run; logits at the last token only.</summary>
    public Run Run { get; }

    /// <summary>Latents of [batch · pos] rows; none at padding and special tokens.</summary>
    public SparseLatents Latents { get; }

    /// <summary>The rows that are neither padding nor special tokens, of which dictionaries mostly know nothing.</summary>
    public IReadOnlyList<int> Rows { get; }

    internal Tensor Input { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        Run.Dispose();
    }
}
