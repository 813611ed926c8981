using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A prompt's own run, and runs of it with something added, in which rules say what is held.</summary>
sealed class HeldPrompt : IDisposable
{
    const string Original = "original";

    readonly TranscoderSites _sites;
    readonly LatentRules _rules;
    readonly TokenBatch _tokens;
    readonly int _held;
    readonly Address[] _frozen;

    /// <param name="sites">Model and transcoders.</param>
    /// <param name="tokens">The prompt, or what has grown out of it.</param>
    /// <param name="rules">What is held.</param>
    /// <param name="held">The positions at which it is: those of the prompt before it grew.</param>
    public HeldPrompt(TranscoderSites sites, IReadOnlyList<int> tokens, LatentRules rules, int held)
    {
        (_sites, _rules, _tokens, _held) = (sites, rules, new TokenBatch([tokens]), held);
        _frozen = [.. Frozen().Where(at => sites.Model.Config.Has(at.Site))];
        IEnumerable<Address> kept = Enumerable.Range(0, sites.Layers).SelectMany(l => new[] { Site.ResidPre.At(l),
            sites.Read(l) });
        Address last = Site.ResidPost.At(sites.Layers - 1);
        Base = sites.Model.Run(_tokens, new Plan { Record = [.. kept.Concat(_frozen).Append(last).Distinct()] });
    }

    /// <summary>The prompt's own run, with the streams, what the transcoders read, and what is held.</summary>
    public Run Base { get; }

    /// <summary>Runs of the prompt, one for each variant in one batch; the plan says what was done.</summary>
    /// <param name="variants">What each changes.</param>
    /// <param name="record">What is recorded; layers before all of it and before every change are not run.</param>
    /// <param name="lastOnly">Whether logits are wanted at the last token alone; the final norm's scale is then not held.</param>
    public (Run Run, Plan Plan) Run(
        IReadOnlyList<Variant> variants, IReadOnlyList<Address> record, bool lastOnly = false)
    {
        Additions added = new(_held, _rules);
        foreach ((Variant variant, int v) in variants.Select((variant, v) => (variant, v)))
            foreach (Push push in variant.Pushes)
                added.Add(push.At, v, push.Position, push.Vector, 1);
        for (int layer = 0; layer < _sites.Layers; layer++)
            Visit(layer, variants, added);
        return Go(variants.Count, added, record, lastOnly);
    }

    /// <inheritdoc/>
    public void Dispose() => Base.Dispose();

    // What a layer's transcoder adds: the changes of its latents, and of what skips it where its output is held.
    void Visit(int layer, IReadOnlyList<Variant> variants, Additions added)
    {
        (LatentIntervention Intervention, int Variant)[] here =
            [.. variants.SelectMany((variant, v) => variant.Latents.Where(i => i.Layer == layer).Select(i => (i, v)))];
        bool skips = _rules.Holds(layer) && !added.IsEmpty && _sites.Skip(layer) is not null;
        if (here.Length == 0 && !skips)
            return;
        bool reacts = !added.IsEmpty && (skips || !_rules.Holds(layer) || _tokens.Positions > _held);
        using Tensor original = Latents(layer, Base);
        using Run? current = reacts ? Go(variants.Count, added, [_sites.Read(layer)]).Run : null;
        using Tensor? live = here.Length > 0 && current is not null ? Latents(layer, current) : null;
        int width = original.Shape[^1];
        Dictionary<(int Variant, int Position, int Latent), float> changes = [];
        foreach ((LatentIntervention intervention, int v) in here)
        {
            (int from, int to) = intervention.Within(_held, _tokens.Positions);
            for (int p = from; p < to; p++)
            {
                float was = live is null || (_rules.Holds(layer) && p < _held)
                    ? original.Data[(p * width) + intervention.Latent]
                    : live.Data[(((v * _tokens.Positions) + p) * width) + intervention.Latent];
                changes[(v, p, intervention.Latent)] = intervention.Value - was; // the last word on a latent holds
            }
        }
        for (int output = 0; output < _sites.Writes(layer).Count; output++)
            foreach (((int v, int p, int latent), float change) in changes.OrderBy(c => c.Key))
                added.Add(_sites.Writes(layer)[output], v, p, _sites.Direction(layer, latent, output), change);
        if (skips)
            Skip(layer, current!, added);
    }

    void Skip(int layer, Run current, Additions added)
    {
        Tensor skip = _sites.Skip(layer)!;
        using Tensor now = _sites.Input(layer, current[_sites.Read(layer)]), then = _sites.Input(layer, Base[_sites.Read(layer)]);
        using Tensor change = Tensor.Zeros(now.Shape);
        for (int i = 0; i < change.Shape.Count; i++)
            change.Data[i] = now.Data[i] - then.Data[i % then.Shape.Count];
        using Tensor skipped = Ops.MatMul(change, skip);
        int width = skipped.Shape[^1];
        for (int v = 0; v < now.Shape[0]; v++)
            for (int p = 0; p < _held; p++)
                added.Add(_sites.Write(layer), v, p, skipped.Data.Slice(((v * _tokens.Positions) + p) * width, width), 1);
    }

    Tensor Latents(int layer, Run run)
    {
        using Tensor input = _sites.Input(layer, run[_sites.Read(layer)]);
        return _sites.Transcoders.Coders[layer].Encode(input);
    }

    (Run Run, Plan Plan) Go(int variants, Additions added, IReadOnlyList<Address> record, bool lastOnly = true)
    {
        TokenBatch tokens = _tokens.Repeat(variants);
        Plan plan = new() { Record = [.. record.Distinct()], LastLogitsOnly = lastOnly };
        if (added.First is not { } first)
            return (_sites.Model.Run(tokens, plan), plan);
        plan = plan with
        {
            Interventions =
            [
                .. _frozen.Where(at => added.Precedes(at) && !(lastOnly && at.Layer is null))
                    .Select(at => new Freeze(Held(at), Original)),
                .. added.Interventions(variants),
            ],
        };
        int start = plan.Record.Select(at => at.Layer ?? first).Append(first).Min();
        using Tensor stream = Repeated(Base[Site.ResidPre.At(start)], variants);
        Dictionary<string, Recording> sources = new() { [Original] = Base.Recording };
        return (_sites.Model.RunFrom(start, stream, tokens, plan, sources), plan);
    }

    Address Held(Address at) => _held == _tokens.Positions
        ? at
        : new Address(at.Site, at.Layer, positions: new PositionRange(0, _held - 1));

    IEnumerable<Address> Frozen()
    {
        for (int layer = 0; layer < _sites.Layers; layer++)
        {
            if (_rules.HoldsNorms)
                foreach (Site scale in new[] { Site.Ln1Scale, Site.Ln1PostScale, Site.Ln2Scale, Site.Ln2PostScale })
                    yield return scale.At(layer);
            if (_rules.HoldsAttention)
                yield return Site.Pattern.At(layer);
            if (_rules.Holds(layer))
                yield return _sites.Write(layer);
        }
        if (_rules.HoldsNorms)
            yield return Site.LnFinalScale.At();
    }

    static Tensor Repeated(Tensor one, int times)
    {
        if (times == 1)
            return one.Share();
        int[] shape = one.Shape.Sizes.ToArray();
        shape[0] *= times;
        Tensor all = Tensor.Zeros(shape);
        for (int i = 0; i < times; i++)
            one.Data.CopyTo(all.Data[(i * one.Shape.Count)..]);
        return all;
    }
}

/// <summary>What one run of a prompt changes.</summary>
/// <param name="Latents">Latents that are set to values.</param>
/// <param name="Pushes">What is added besides.</param>
sealed record Variant(IReadOnlyList<LatentIntervention> Latents, IReadOnlyList<Push> Pushes);

/// <summary>A vector that is added at a position.</summary>
/// <param name="At">Where.</param>
/// <param name="Position">At which position.</param>
/// <param name="Vector">[d_model]</param>
sealed record Push(Address At, int Position, float[] Vector);
