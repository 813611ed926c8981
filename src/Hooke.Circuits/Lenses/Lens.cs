using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Reads the residual stream at every depth as if it were the last: unembed(ln_final(h)), or through a tuned lens
/// unembed(ln_final(h + A h + b)).
/// </summary>
/// <remarks>
/// The model's own final norm, live, and its soft cap. Source: nostalgebraist 2020, "interpreting GPT: the logit lens";
/// Belrose et al. 2023, arXiv:2303.08112.
/// </remarks>
public static class Lens
{
    const int RowsAtOnce = 64; // distributions over a large vocabulary are large

    /// <summary>What the lens reads of one prompt: what enters each layer, and last the stream that the model reads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <exception cref="InputException">
    /// A position or token does not exist, the prompt is too long or empty, or the tuned lens has no such depth.
    /// </exception>
    public static IReadOnlyList<LensDepth> Read(Model model, IReadOnlyList<int> prompt, LensRequest request)
    {
        if (request is { Mid: true, Tuned: not null })
            throw new InputException("a tuned lens reads what enters each layer: leave out either --mid or the tuned lens");
        foreach (int token in request.Tokens)
            if ((uint)token >= (uint)model.Config.DVocab)
                throw new InputException($"token {token} does not exist: this model's tokens are 0..{model.Config.DVocab - 1}");
        int[] rows = Rows(prompt.Count, request.Positions);
        Address[] sites = [.. Sites(model.Config.NLayers, request.Mid)];
        using Run run = model.Run(new TokenBatch([prompt]), new Plan { Record = sites, LastLogitsOnly = true });
        List<LensCell>[] cells = [.. sites.Select(_ => new List<LensCell>())];
        foreach (int[] some in rows.Chunk(RowsAtOnce))
        {
            TokenDistribution[] final = Distributions(model, run[sites[^1]], some, sites[^1], null);
            for (int i = 0; i < sites.Length; i++)
                cells[i].AddRange(Distributions(model, run[sites[i]], some, sites[i], request.Tuned)
                    .Select((seen, row) => Cell(some[row], seen, final[row], request)));
        }
        return [.. sites.Zip(cells, (site, read) => new LensDepth(site, read))];
    }

    /// <summary>
    /// The logits [batch, pos, d_vocab] that the lens reads from a residual stream [batch, pos, d_model].
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">A stream recorded on it.</param>
    public static Tensor Logits(Model model, Tensor stream)
    {
        using Tensor rows = stream.Reshape(stream.Shape[0] * stream.Shape[1], stream.Shape[2]);
        using Tensor logits = Readout.Logits(model, rows);
        return logits.Reshape(stream.Shape[0], stream.Shape[1], logits.Shape[^1]);
    }

    static LensCell Cell(int position, TokenDistribution seen, TokenDistribution final, LensRequest request) => new(
        position, seen.Top(request.Top),
        [.. (request.Tokens.Count > 0 ? request.Tokens : [final.Top(1)[0].Token]).Select(seen.Of)],
        seen.Entropy, final.DivergenceFrom(seen));

    static int[] Rows(int length, PositionRange? positions)
    {
        (int from, int to) = positions is not { } range ? (0, length)
            : range.First < 0 ? (length + range.First, length + range.Last + 1)
            : (range.First, range.Last + 1);
        if (from < 0 || to > length)
            throw new InputException($"positions {positions}: the prompt has positions 0..{length - 1}");
        return [.. Enumerable.Range(from, to - from)];
    }

    static IEnumerable<Address> Sites(int layers, bool mid)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            yield return Site.ResidPre.At(layer);
            if (mid)
                yield return Site.ResidMid.At(layer);
        }
        yield return Site.ResidPost.At(layers - 1);
    }

    static TokenDistribution[] Distributions(Model model, Tensor stream, int[] rows, Address site, TunedLens? tuned)
    {
        using Tensor raw = Readout.Rows(stream, rows);
        using Tensor read = tuned is not null && site.Site == Site.ResidPre
            ? tuned.Translate(site.Layer!.Value, raw)
            : raw.Share();
        using Tensor logits = Readout.Logits(model, read);
        int width = logits.Shape[^1];
        TokenDistribution[] seen = new TokenDistribution[rows.Length];
        for (int i = 0; i < seen.Length; i++)
            seen[i] = new(logits.Data.Slice(i * width, width));
        return seen;
    }
}
