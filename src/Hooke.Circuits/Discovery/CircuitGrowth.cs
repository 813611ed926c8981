namespace Hooke.Circuits;

/// <summary>Grows a circuit from scored edges to the smallest size that is faithful on the prompts given.</summary>
/// <remarks>
/// Edges join from the logits backwards, always the one of largest |score| into a component that is already there. The
/// smallest faithful size is found by growing in steps and halving back; then every edge, weakest first, is left out if the
/// circuit stays faithful without it.
/// </remarks>
public sealed class CircuitGrowth
{
    const double StepFactor = 1.5;
    const double MostOvershoot = 1.1;

    readonly CircuitRunner _runner;
    readonly ComponentGraph _graph;
    readonly double _target, _full, _empty;
    readonly int[] _order;
    readonly Dictionary<int, double> _curve = [];

    /// <summary>A growth on the runner's prompts.</summary>
    /// <param name="runner">Runs circuits on the prompts.</param>
    /// <param name="graph">The model's graph.</param>
    /// <param name="scores">One score for each of the graph's edges.</param>
    /// <param name="target">The least faithfulness.</param>
    public CircuitGrowth(CircuitRunner runner, ComponentGraph graph, IReadOnlyList<float> scores, double target = 0.9)
    {
        (_runner, _graph, _target) = (runner, graph, target);
        (_full, _empty) = (runner.Metric(graph.Whole).Average(), runner.Metric(graph.Empty).Average());
        _order = Backwards(graph, scores);
    }

    /// <summary>Faithfulness by number of edges, for every size that was tried.</summary>
    public IReadOnlyList<(int Edges, double Faithfulness)> Curve => [.. _curve.OrderBy(c => c.Key).Select(c => (c.Key, c.Value))];

    /// <summary>(m(C) − m(∅)) / (m(M) − m(∅)) on the runner's prompts.</summary>
    public double Faithfulness(Circuit circuit) => (_runner.Metric(circuit).Average() - _empty) / (_full - _empty);

    /// <summary>The smallest faithful circuit that was found; the whole model where nothing smaller is.</summary>
    /// <param name="progress">Told the share of the work done.</param>
    public Circuit Smallest(Action<double> progress)
    {
        int enough = 1, tooFew = 0;
        while (enough < _order.Length && !IsFaithful(Try(enough)))
            (tooFew, enough) = (enough, Math.Min(_order.Length, (int)Math.Ceiling((enough * StepFactor) + 1)));
        while (enough - tooFew > Math.Max(1, enough / 16))
        {
            int middle = (enough + tooFew) / 2;
            if (IsFaithful(Try(middle)))
                enough = middle;
            else
                tooFew = middle;
        }
        return WithoutIdleEdges(First(enough), progress);
    }

    Circuit WithoutIdleEdges(Circuit circuit, Action<double> progress)
    {
        int[] weakestFirst = [.. _order.Where(circuit.Contains).Reverse()];
        for (int i = 0; i < weakestFirst.Length; i++)
        {
            progress((double)i / weakestFirst.Length);
            if (!circuit.Contains(weakestFirst[i]))
                continue;
            Circuit without = circuit.Without(weakestFirst[i]).Pruned();
            if (IsFaithful(Faithfulness(without)))
                circuit = without;
        }
        _curve[circuit.Count] = Faithfulness(circuit);
        return circuit;
    }

    Circuit First(int edges) => new Circuit(_graph, _order.Take(edges)).Pruned();

    double Try(int edges) => _curve[edges] = Faithfulness(First(edges));

    bool IsFaithful(double faithfulness) => faithfulness >= _target && faithfulness <= MostOvershoot;

    // Ties go to the edge that comes first in the graph's list.
    static int[] Backwards(ComponentGraph graph, IReadOnlyList<float> scores)
    {
        PriorityQueue<int, (float, int)> open = new();
        HashSet<Node> reached = [];
        ILookup<Node, int> into = Enumerable.Range(0, graph.Edges.Count).ToLookup(i => graph.Edges[i].Target.Node);
        void Reach(Node node)
        {
            if (!reached.Add(node))
                return;
            foreach (int edge in into[node])
                open.Enqueue(edge, (-Math.Abs(scores[edge]), edge));
        }
        Reach(graph.Receivers[^1].Node);
        List<int> order = [];
        while (open.TryDequeue(out int edge, out _))
        {
            order.Add(edge);
            Reach(graph.Edges[edge].Source);
        }
        return [.. order];
    }
}
