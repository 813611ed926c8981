using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Where an investigation stands.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Share">How much of the stage is done, 0 to 1.</param>
public readonly record struct InvestigationProgress(string Stage, double Share);

/// <summary>
/// Finds the machinery behind a behaviour and tests it: checks the behaviour, ranks edges by EAP-IG, grows the smallest
/// faithful circuit, and intervenes on it on prompts it was not found on, against random circuits.
/// </summary>
public sealed class Investigation : IDisposable
{
    readonly InvestigationRequest _request;
    readonly Action<InvestigationProgress> _progress;
    readonly Model _model;
    readonly ComponentGraph _graph;
    readonly InvestigationPrompts _prompts;

    /// <summary>Loads the model and the prompts.</summary>
    /// <param name="request">What is to be investigated.</param>
    /// <param name="progress">Told where the investigation stands.</param>
    /// <exception cref="InputException">The model, the behaviour or the prompts cannot be used.</exception>
    public Investigation(InvestigationRequest request, Action<InvestigationProgress> progress)
    {
        (_request, _progress) = (request, progress);
        progress(new("loading the model", 0));
        _model = Model.Load(request.ModelFolder);
        _graph = new ComponentGraph(_model.Config);
        _prompts = InvestigationPrompts.Of(request, _model);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="InputException">The prompts and their counterfactuals cannot be told apart by the model.</exception>
    public Dossier Run()
    {
        using CircuitRunner discovery = new(_model, _prompts.Discovery, _graph);
        using CircuitRunner test = new(_model, _prompts.Test, _graph);
        if (discovery.Metric(_graph.Whole).Average() == discovery.Metric(_graph.Empty).Average())
            throw new InputException(
                "the model answers the prompts and their counterfactuals alike: there is nothing to find; "
                + "choose a counterfactual that matters");
        _progress(new("ranking edges by EAP-IG", 0));
        float[] scores = EdgeAttribution.IntegratedGradients(_model, _prompts.Discovery, _graph, _request.Steps);
        CircuitGrowth growth = new(discovery, _graph, scores);
        Circuit circuit = growth.Smallest(share => _progress(new("growing the smallest faithful circuit", share)));
        CircuitTests tests = new(_request, _model, _graph, _prompts, discovery, test, circuit, _progress);
        Findings findings = tests.Run();
        _progress(new("drawing patching maps", 0));
        return Compose(scores, growth, circuit, findings, tests.Interventions);
    }

    /// <summary>The latent-level graph that the dossier speaks of; null before it was run, or where there is none.</summary>
    public TraceStudy? Graph { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    Dossier Compose(
        float[] scores, CircuitGrowth growth, Circuit circuit, Findings findings,
        IReadOnlyList<TargetedIntervention> interventions)
    {
        InvestigationWording wording = new(_request, _model, _graph, _prompts, circuit);
        IReadOnlyList<DossierExample> examples = new InvestigationExamples(_model, _prompts).All();
        (DossierLatents? latents, string[] notes) = TraceLatents(examples[0].Prompt);
        return new Dossier
        {
            Claim = new Claim(wording.Sentence, findings, wording.Coverage()),
            Request = _request.ToDossier(),
            Identities = ModelIdentities.Of(_request.ModelFolder, _prompts.Identity),
            Examples = examples,
            Circuit = DrawnCircuit(scores, circuit),
            FaithfulnessCurve = [.. growth.Curve.Select(c => new CurvePoint(c.Edges, c.Faithfulness))],
            Heatmaps = InvestigationMaps.Of(_model, _prompts),
            Interventions = interventions,
            Latents = latents,
            Notes = [.. wording.Notes(), .. notes],
        };
    }

    // Where the model has transcoders; that they do not fit is worth a note, and no reason to lose the rest.
    (DossierLatents?, string[]) TraceLatents(string prompt)
    {
        if (LatentCircuit.FolderOf(_request.ModelFolder) is not { } folder)
            return (null, []);
        _progress(new("tracing latents", 0));
        try
        {
            LatentCircuit traced = LatentCircuit.Of(_model, _request.ModelFolder, folder, prompt, _request.Seed);
            Graph = traced.Study;
            return (traced.Latents, []);
        }
        catch (InputException fault)
        {
            return (null, [$"There is no latent-level circuit: {fault.Message}."]);
        }
    }

    DossierCircuit DrawnCircuit(float[] scores, Circuit circuit)
    {
        IReadOnlyDictionary<Node, double> components =
            ComponentAttribution.IntegratedGradients(_model, _prompts.Discovery, _graph, _request.Steps);
        return new(_model.Config.NLayers, _model.Config.NHeads, _graph.Edges.Count,
            [.. circuit.Nodes.Select(n => Drawn(n, components.GetValueOrDefault(n)))],
            [.. circuit.Indices.OrderByDescending(i => Math.Abs(scores[i])).ThenBy(i => i)
                .Select(i => new DossierEdge(_graph.Edges[i].Source.ToString(), _graph.Edges[i].Target.ToString(), scores[i]))]);
    }

    static DossierNode Drawn(Node node, double score) => node.Kind switch
    {
        ComponentKind.Input => new(node.ToString(), NodeKind.Input, null, null, score),
        ComponentKind.Head => new(node.ToString(), NodeKind.Head, node.Layer, node.Head, score),
        ComponentKind.Mlp => new(node.ToString(), NodeKind.Mlp, node.Layer, null, score),
        _ => new(node.ToString(), NodeKind.Logits, null, null, score),
    };
}
